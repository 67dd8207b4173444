"""Writes tgh2013.txt (the 8,105 characters, in the order of the table) and subset.txt
(everything the fonts must hold) from Unihan_OtherMappings.txt."""
import sys

table = {}
for line in open(sys.argv[1], encoding="utf-8"):
    parts = line.rstrip("\n").split("\t")
    if len(parts) == 3 and parts[1] == "kTGH":
        for value in parts[2].split():
            edition, number = value.split(":")
            if edition == "2013":
                table[int(number)] = chr(int(parts[0][2:], 16))
assert sorted(table) == list(range(1, 8106)), len(table)
text = "".join(table[n] for n in range(1, 8106))
with open("tgh2013.txt", "w", encoding="utf-8") as out:
    for start in range(0, len(text), 50):
        out.write(text[start : start + 50] + "\n")

wanted = set(text)
for high in range(0xA1, 0xF8):  # GB 2312: its hanzi, symbols and letters
    for low in range(0xA1, 0xFF):
        try:
            wanted.add(bytes([high, low]).decode("gb2312"))
        except UnicodeDecodeError:
            pass
for first, last in [
    (0x20, 0x7E), (0xA0, 0x17F), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x214F),
    (0x2150, 0x218B), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x257F),
    (0x25A0, 0x25FF), (0x2600, 0x2642), (0x2700, 0x27BF), (0x3000, 0x303F), (0x3220, 0x3229),
    (0x3380, 0x33DF), (0xFE30, 0xFE4F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE5),
]:
    wanted.update(map(chr, range(first, last + 1)))
with open("subset.txt", "w", encoding="utf-8") as out:
    out.write("".join(sorted(wanted)))
print(len(text), len(wanted))
