//! Reading a file of permits: CSV or XLSX, columns by their heading, every row judged alone, so
//! that one bad row refuses nothing but itself.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use field_core::rules::Date;
use field_core::rules::identifier::check_credit_code;
use serde::{Deserialize, Serialize};

use crate::store::permits::OldPermit;

/// Largest file, in bytes.
pub(crate) const FILE_BYTES: usize = 8 << 20;
/// Largest content of a packed file, in bytes.
const UNPACKED_BYTES: u64 = 256 << 20;
/// Most rows.
const ROWS: usize = 20_000;
const TEXT_CHARS: usize = 200;

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Line in the file, from 1.
    pub(crate) line: usize,
    /// What it says, where it is good.
    pub(crate) permit: Option<OldPermit>,
    /// What stands in the row's number, for the report.
    pub(crate) number: String,
    /// Key of why it is refused.
    pub(crate) refused: Option<String>,
}

/// Why a whole file cannot be read; the word is a key of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) &'static str);

/// The columns by their headings; the first of each is what we call it.
const COLUMNS: [(&str, &[&str]); 9] = [
    ("number", &["证号", "许可证号", "number"]),
    ("holder", &["业户名称", "单位名称", "holder"]),
    (
        "credit_code",
        &["统一社会信用代码", "信用代码", "credit_code"],
    ),
    ("address", &["经营地址", "地址", "address"]),
    ("class", &["经营类别", "类别", "class"]),
    ("scopes", &["经营范围", "scopes"]),
    ("phone", &["联系电话", "电话", "phone"]),
    ("valid_from", &["有效期起", "起始日期", "valid_from"]),
    ("valid_until", &["有效期止", "截止日期", "valid_until"]),
];
/// Without these there is no permit.
const NEEDED: [&str; 3] = ["number", "holder", "valid_from"];

/// Reads a file. What cannot be known from it alone (a number known already) is checked later.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    let table = if bytes.starts_with(b"PK") {
        xlsx(bytes)?
    } else {
        csv(bytes)?
    };
    let mut lines = table.into_iter().enumerate();
    let (_, headings) = lines.next().ok_or(Unreadable("import-empty"))?;
    let places = places(&headings)?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for (at, cells) in lines {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() >= ROWS {
            return Err(Unreadable("import-too-many"));
        }
        let cell = |column: &str| {
            let place = places.get(column);
            let text = place.and_then(|place| cells.get(*place));
            text.map(|text| text.trim().to_owned()).unwrap_or_default()
        };
        let number = cell("number");
        let judged = judge(&cell).and_then(|permit| match seen.insert(permit.number.clone(), at) {
            Some(_) => Err("refused-twice"),
            None => Ok(permit),
        });
        let (permit, refused) = match judged {
            Ok(permit) => (Some(permit), None),
            Err(key) => (None, Some(key.to_owned())),
        };
        rows.push(Row {
            line: at + 1,
            permit,
            number: number.chars().take(TEXT_CHARS).collect(),
            refused,
        });
    }
    Ok(rows)
}

fn places(headings: &[String]) -> Result<BTreeMap<&'static str, usize>, Unreadable> {
    let mut places = BTreeMap::new();
    for (column, names) in COLUMNS {
        let fits =
            |heading: &String| names.contains(&heading.trim().trim_start_matches('\u{feff}'));
        if let Some(place) = headings.iter().position(fits) {
            places.insert(column, place);
        }
    }
    if NEEDED.iter().all(|column| places.contains_key(column)) {
        Ok(places)
    } else {
        Err(Unreadable("import-no-columns"))
    }
}

fn judge(cell: &impl Fn(&str) -> String) -> Result<OldPermit, &'static str> {
    let text = |column: &str| {
        let text = cell(column);
        let fits = text.chars().count() <= TEXT_CHARS && !text.chars().any(char::is_control);
        if fits { Ok(text) } else { Err("refused-text") }
    };
    let permit = OldPermit {
        number: text("number")?,
        holder: text("holder")?,
        credit_code: text("credit_code")?.to_ascii_uppercase(),
        address: text("address")?,
        class: text("class")?,
        scopes: text("scopes")?,
        phone: text("phone")?,
        valid_from: day(&cell("valid_from")).ok_or("refused-from")?,
        valid_until: match cell("valid_until").as_str() {
            "" | "长期" => None,
            other => Some(day(other).ok_or("refused-until")?),
        },
    };
    if permit.number.is_empty() {
        return Err("refused-number");
    }
    if permit.holder.is_empty() {
        return Err("refused-holder");
    }
    if !permit.credit_code.is_empty() && check_credit_code(&permit.credit_code).is_err() {
        return Err("refused-credit-code");
    }
    if permit
        .valid_until
        .is_some_and(|until| until < permit.valid_from)
    {
        return Err("refused-span");
    }
    Ok(permit)
}

/// 2018-03-12, 2018/3/12, 2018.3.12, 2018年3月12日.
fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let [year, month, day] = parts.get(..3)? else {
        return None;
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn csv(bytes: &[u8]) -> Result<Vec<Vec<String>>, Unreadable> {
    // Old office programs write GB 18030, which nothing in a file tells from damage.
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable("import-encoding"))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().take(ROWS + 2);
    records
        .map(|record| {
            let record = record.map_err(|_| Unreadable("import-damaged"))?;
            Ok(record.iter().map(str::to_owned).collect())
        })
        .collect()
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Vec<String>>, Unreadable> {
    let damaged = Unreadable("import-damaged");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged)?;
    let mut unpacked = 0;
    for at in 0..archive.len() {
        unpacked += archive.by_index_raw(at).map_err(|_| damaged)?.size();
    }
    if unpacked > UNPACKED_BYTES {
        return Err(Unreadable("import-too-many"));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged)?;
    let sheet = book
        .worksheet_range_at(0)
        .ok_or(Unreadable("import-empty"))?
        .map_err(|_| damaged)?;
    let rows = sheet.rows().take(ROWS + 2);
    Ok(rows.map(|row| row.iter().map(cell).collect()).collect())
}

fn cell(data: &Data) -> String {
    match data {
        Data::DateTime(at) => {
            // Days since 1899-12-30, as spreadsheets count.
            let days = at.as_f64().trunc();
            let first = jiff::civil::date(1899, 12, 30);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the range is checked; days are whole"
            )]
            let span = if (0.0..200_000.0).contains(&days) {
                jiff::Span::new().try_days(days as i64).ok()
            } else {
                None
            };
            let day = span.and_then(|span| first.checked_add(span).ok());
            day.map(|day| day.to_string()).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const HEAD: &str =
        "证号,业户名称,统一社会信用代码,经营地址,类别,经营范围,电话,有效期起,有效期止\n";

    fn refusals(text: &str) -> Vec<Option<String>> {
        let rows = read(format!("\u{feff}{HEAD}{text}").as_bytes()).unwrap();
        rows.into_iter().map(|row| row.refused).collect()
    }

    #[test]
    fn every_row_is_judged_alone() {
        let text = "A1,某某汽修,91350100M000100Y43,某某路 1 号,二类,小型车,000,2012-3-1,2018-02-28\n\
            ,某某,,,,,,2012-01-01,\n\
            A2,某某,1,,,,,2012-01-01,\n\
            A3,某某,,,,,,2012年1月1日,长期\n\
            A3,某某,,,,,,2012-01-01,\n\
            A4,某某,,,,,,2012-01-01,2011-01-01\n\
            \n\
            A5,,,,,,,2012-01-01,\n\
            A6,某某,,,,,,昨天,\n";
        let key = |key: &str| Some(key.to_owned());
        assert_eq!(
            refusals(text),
            [
                None,
                key("refused-number"),
                key("refused-credit-code"),
                None,
                key("refused-twice"),
                key("refused-span"),
                key("refused-holder"),
                key("refused-from"),
            ]
        );
        let rows = read(format!("{HEAD}{text}").as_bytes()).unwrap();
        let first = rows[0].permit.as_ref().unwrap();
        assert_eq!(first.valid_from, date(2012, 3, 1));
        assert_eq!(first.valid_until, Some(date(2018, 2, 28)));
        assert_eq!(rows[3].permit.as_ref().unwrap().valid_until, None);
    }

    #[test]
    fn what_is_no_table_says_so() {
        assert_eq!(read(b""), Err(Unreadable("import-empty")));
        assert_eq!(read(b"a,b\n1,2\n"), Err(Unreadable("import-no-columns")));
        assert_eq!(read(b"PK\x03\x04"), Err(Unreadable("import-damaged")));
        // 证号 in GB 18030.
        assert_eq!(
            read(b"\xd6\xa4\xba\xc5"),
            Err(Unreadable("import-encoding"))
        );
    }

    #[test]
    fn a_workbook_reads_like_a_text() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (at, heading) in ["证号", "业户名称", "有效期起", "有效期止"]
            .iter()
            .enumerate()
        {
            sheet
                .write(0, u16::try_from(at).unwrap(), *heading)
                .unwrap();
        }
        sheet.write(1, 0, "A1").unwrap();
        sheet.write(1, 1, "某某汽修").unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2012, 3, 1).unwrap();
        sheet.write_with_format(1, 2, &day, &format).unwrap();
        let rows = read(&book.save_to_buffer().unwrap()).unwrap();
        let permit = rows[0].permit.as_ref().unwrap();
        assert_eq!(permit.valid_from, date(2012, 3, 1));
        assert_eq!(permit.holder, "某某汽修");
    }
}
