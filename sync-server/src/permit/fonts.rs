//! The fonts papers are set in: embedded ones first, the machine's only for rare characters.
//!
//! Which font supplies a rare character depends on the machine alone, never on what was printed
//! before, so the same paper comes out the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use typst::foundations::Bytes;
use typst::text::{Font, FontInfo};

/// Largest font file looked into, in bytes.
const MAX_FONT_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Most font files looked at, and how deep folders are followed.
const MAX_FONT_FILES: usize = 4_000;
const MAX_DEPTH: usize = 6;

static EMBEDDED: [&[u8]; 5] = [
    include_bytes!("../../documents/fonts/NotoSerifCJKsc-Regular.otf"),
    include_bytes!("../../documents/fonts/NotoSerifCJKsc-Bold.otf"),
    include_bytes!("../../documents/fonts/NotoSansCJKsc-Regular.otf"),
    include_bytes!("../../documents/fonts/NotoSansCJKsc-Bold.otf"),
    include_bytes!("../../documents/fonts/NotoSansSymbols2-Marks.ttf"),
];

/// The embedded fonts, parsed once.
pub(super) fn embedded() -> &'static [Font] {
    static FONTS: OnceLock<Vec<Font>> = OnceLock::new();
    FONTS.get_or_init(|| {
        EMBEDDED
            .iter()
            .flat_map(|data| Font::iter(Bytes::new(*data)))
            .collect()
    })
}

/// Where to look for characters the embedded fonts lack.
#[derive(Debug)]
pub struct FallbackFonts {
    folders: Vec<PathBuf>,
    /// What was found for a character; `None`: no font of this machine has it.
    found: Mutex<BTreeMap<char, Option<Font>>>,
}

impl FallbackFonts {
    /// No fallback: a character outside the embedded fonts is an error.
    #[must_use]
    pub fn none() -> Self {
        Self::in_folders(Vec::new())
    }

    /// The font folders of a Linux system and of the user who runs the server.
    #[must_use]
    pub fn system() -> &'static Self {
        static SYSTEM: OnceLock<FallbackFonts> = OnceLock::new();
        SYSTEM.get_or_init(|| {
            let mut folders = vec![
                PathBuf::from("/usr/share/fonts"),
                PathBuf::from("/usr/local/share/fonts"),
            ];
            if let Some(home) = std::env::var_os("HOME") {
                folders.push(Path::new(&home).join(".fonts"));
                folders.push(Path::new(&home).join(".local/share/fonts"));
            }
            Self::in_folders(folders)
        })
    }

    /// These folders and what is below them.
    #[must_use]
    pub fn in_folders(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            found: Mutex::default(),
        }
    }

    /// A font for each of the characters, as far as there is one; reads font files the first
    /// time a character is asked for.
    pub(super) fn fonts_for(&self, characters: &BTreeSet<char>) -> Vec<Font> {
        // Nothing is half-written when a holder panics: an entry is inserted whole.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown: BTreeSet<char> = characters
            .iter()
            .copied()
            .filter(|c| !found.contains_key(c))
            .collect();
        if !unknown.is_empty() {
            found.extend(self.search(unknown));
        }
        let mut fonts: Vec<Font> = Vec::new();
        for font in characters.iter().filter_map(|c| found.get(c)?.as_ref()) {
            if !fonts.contains(font) {
                fonts.push(font.clone());
            }
        }
        fonts
    }

    fn search(&self, mut open: BTreeSet<char>) -> BTreeMap<char, Option<Font>> {
        let mut found: BTreeMap<char, Option<Font>> = open.iter().map(|c| (*c, None)).collect();
        for path in self.files() {
            if open.is_empty() {
                break;
            }
            let fits = fs::metadata(&path).is_ok_and(|file| file.len() <= MAX_FONT_FILE_BYTES);
            let Some(data) = fits.then(|| fs::read(&path).ok()).flatten() else {
                continue;
            };
            if let Some((index, covered)) = best_face(&data, &open)
                && let Some(font) = Font::new(Bytes::new(data), index)
            {
                for c in covered {
                    open.remove(&c);
                    found.insert(c, Some(font.clone()));
                }
            }
        }
        found
    }

    /// Font files in a fixed order: those whose name speaks of Chinese first, regular serif
    /// before the rest, as the papers are set in one.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in &self.folders {
            collect(folder, 0, &mut files);
        }
        files.sort_by_cached_key(|path| {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().to_lowercase())
                .unwrap_or_default();
            let chinese = ["cjk", "han", "song", "sun", "ming", "hei", "kai", "fang"]
                .iter()
                .any(|word| name.contains(word));
            let regular = name.contains("regular") || !name.contains('-');
            (!chinese, !regular, !name.contains("serif"), path.clone())
        });
        files
    }
}

/// The face of a file that holds one of the characters, preferring one for simplified Chinese,
/// and which of them it holds.
fn best_face(data: &[u8], open: &BTreeSet<char>) -> Option<(u32, Vec<char>)> {
    let mut best: Option<(bool, u32, Vec<char>)> = None;
    for (index, info) in (0..).zip(FontInfo::iter(data)) {
        let covered: Vec<char> = open
            .iter()
            .copied()
            .filter(|c| info.coverage.contains(u32::from(*c)))
            .collect();
        let simplified = info.family.split(' ').any(|word| word == "SC");
        let better = best.as_ref().is_none_or(|(was_simplified, _, was)| {
            (covered.len(), simplified) > (was.len(), *was_simplified)
        });
        if !covered.is_empty() && better {
            best = Some((simplified, index, covered));
        }
    }
    best.map(|(_, index, covered)| (index, covered))
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if files.len() >= MAX_FONT_FILES {
            return;
        }
        if path.is_dir() {
            if depth < MAX_DEPTH {
                collect(&path, depth + 1, files);
            }
        } else if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|e| ["otf", "ttf", "ttc", "otc"].contains(&e.to_lowercase().as_str()))
        {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD_TABLE: &str = include_str!("../../documents/fonts/tgh2013.txt");
    const MARKS: &str = "①②⑳℃℉²³×÷±≥≤≈√✓✗☐☑☒·…—–“”‘’「」『』【】〔〕《》〈〉、。，；：？！％￥¥§№ⅠⅡⅢ㎡㎜＋－０９ＡＺ（）";

    #[test]
    fn every_weight_holds_the_standard_table() {
        let table: Vec<char> = STANDARD_TABLE.chars().filter(|c| *c != '\n').collect();
        assert_eq!(table.len(), 8_105);
        assert_eq!(table.iter().collect::<BTreeSet<_>>().len(), 8_105);
        for font in &embedded()[..4] {
            let info = font.info();
            for c in table
                .iter()
                .copied()
                .chain(' '..='~')
                .chain('\u{a1}'..='\u{ac}')
            {
                assert!(
                    info.coverage.contains(u32::from(c)),
                    "{} {:?} lacks {c}",
                    info.family,
                    info.variant
                );
            }
        }
    }

    #[test]
    fn the_marks_of_forms_are_held() {
        assert_eq!(embedded().len(), 5);
        for c in MARKS.chars() {
            assert!(
                embedded()
                    .iter()
                    .any(|font| font.info().coverage.contains(u32::from(c))),
                "{c}"
            );
        }
    }

    #[test]
    fn no_folder_no_font() {
        let rare = BTreeSet::from(['\u{20bb7}']);
        assert!(FallbackFonts::none().fonts_for(&rare).is_empty());
        let absent = FallbackFonts::in_folders(vec![PathBuf::from("/nowhere/at/all")]);
        assert!(absent.fonts_for(&rare).is_empty());
        assert!(absent.fonts_for(&rare).is_empty());
    }

    #[test]
    fn a_file_in_a_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("broken.ttf"), b"no font").unwrap();
        fs::write(below.join("marks.TTF"), EMBEDDED[4]).unwrap();
        let fonts = FallbackFonts::in_folders(vec![folder.path().to_owned()]);
        let found = fonts.fonts_for(&BTreeSet::from(['✗', '✘', '\u{20bb7}']));
        assert_eq!(found.len(), 1, "one font for both, none for the third");
    }
}
