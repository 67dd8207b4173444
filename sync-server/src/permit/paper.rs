//! Setting a paper: values in, PDF/A-2b out.
//!
//! The same values and time give the same bytes. A character no font has is an error that names
//! it, never a box; so are characters nobody sees, for what is signed must be what is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::facts::Facts;
use super::fonts::FallbackFonts;
use super::notices::{DeliveryPaper, FormPaper, NoticePaper};
use super::papers::{ApplicantStatement, DecisionPaper, PermitPaper, Png, RecordPaper};
use super::world::PaperWorld;

/// Longest single text of a paper, in characters.
pub const MAX_TEXT_CHARS: usize = 4_000;
/// Most characters of a whole paper.
pub const MAX_PAPER_CHARS: usize = 400_000;
/// Most rows or evidence files of a record.
pub const MAX_ROWS: usize = 2_000;
/// The authority's clock; without summer time since 1992.
pub(super) const BEIJING: Offset = Offset::constant(8);
/// Most characters an error names.
const MAX_NAMED: usize = 10;
/// Most papers of one batch.
pub const MAX_BATCH: usize = 100;
/// How many later papers the typesetter's memory of this one outlives.
const CACHE_AGE: usize = 4;

/// A paper to be set.
#[derive(Debug, Clone, Copy)]
pub enum Paper<'a> {
    /// 道路运输经营许可证, one page.
    Permit(&'a PermitPaper),
    /// 准予（不予）交通行政许可决定书.
    Decision(&'a DecisionPaper),
    /// 现场核查记录.
    Record(&'a RecordPaper),
    /// A letter of the proceedings: acceptance, correction, extension and the like.
    Notice(&'a NoticePaper),
    /// 文书送达回证.
    Delivery(&'a DeliveryPaper),
    /// A form to be filled in by hand.
    Form(&'a FormPaper),
}

/// A set paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The PDF/A-2b file.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// Sets a paper; `now` is the time of making written into it.
///
/// Takes some hundred milliseconds of computing: call it where blocking is allowed.
///
/// # Errors
/// [`PaperError`] saying what to change.
pub fn render(paper: Paper<'_>, now: Timestamp) -> Result<Pdf, PaperError> {
    render_with(paper, now, FallbackFonts::system())
}

/// Sets a paper as [`render`] does, with fonts for rare characters from elsewhere.
///
/// # Errors
/// As [`render`].
pub fn render_with(
    paper: Paper<'_>,
    now: Timestamp,
    fallback: &FallbackFonts,
) -> Result<Pdf, PaperError> {
    let facts = Facts::of(paper, now)?;
    let document = facts.set(fallback)?;
    facts.check_pages(document.pages().len())?;
    finish(&document, facts.ident()?, now, true)
}

/// Sets a paper and keeps what it says, so that it can be set again among others.
///
/// # Errors
/// As [`render`].
pub fn render_facts(facts: &Facts, now: Timestamp) -> Result<Pdf, PaperError> {
    let document = facts.set(FallbackFonts::system())?;
    facts.check_pages(document.pages().len())?;
    finish(&document, facts.ident()?, now, true)
}

/// Sets several papers as one file, each beginning on a page of its own with its own page numbers.
///
/// # Errors
/// As [`render`]; [`PaperError::TooManyPapers`] beyond [`MAX_BATCH`].
pub fn render_batch(batch: &[Facts], now: Timestamp) -> Result<Pdf, PaperError> {
    if batch.is_empty() || batch.len() > MAX_BATCH {
        return Err(PaperError::TooManyPapers { max: MAX_BATCH });
    }
    let mut ident = String::new();
    let mut documents = Vec::with_capacity(batch.len());
    for facts in batch {
        let document = facts.set(FallbackFonts::system())?;
        facts.check_pages(document.pages().len())?;
        ident.push_str(&facts.ident()?);
        documents.push(document);
    }
    let pages = documents
        .iter()
        .flat_map(|document| document.pages().iter().cloned())
        .collect();
    let info = documents[0].info_mut().clone();
    let document = PagedDocument::new(pages, info);
    let ident = format!("batch:{:x?}", Sha256::digest(&ident));
    // Elements of two papers may share their places, by which tags would be told apart.
    finish(&document, ident, now, false)
}

fn finish(
    document: &PagedDocument,
    ident: String,
    now: Timestamp,
    tagged: bool,
) -> Result<Pdf, PaperError> {
    let bytes = export(document, ident, &BEIJING.to_datetime(now), tagged)?;
    let sha256 = Sha256::digest(&bytes).into();
    Ok(Pdf {
        bytes,
        pages: document.pages().len(),
        sha256,
    })
}

impl Paper<'_> {
    pub(super) fn template(&self) -> &'static str {
        match self {
            Self::Permit(_) => "permit.typ",
            Self::Decision(_) => "decision.typ",
            Self::Record(_) => "record.typ",
            Self::Notice(_) => "notice.typ",
            Self::Delivery(_) => "delivery.typ",
            Self::Form(_) => "form.typ",
        }
    }

    pub(super) fn max_pages(&self) -> usize {
        match self {
            Self::Permit(_) => 1,
            Self::Decision(_) | Self::Notice(_) | Self::Delivery(_) | Self::Form(_) => 10,
            Self::Record(_) => 200,
        }
    }

    /// What the template reads, after a look at every text in it.
    pub(super) fn data(&self, now: &DateTime) -> Result<serde_json::Value, PaperError> {
        if let Self::Record(record) = self
            && record.rows.len().max(record.evidence.len()) > MAX_ROWS
        {
            return Err(PaperError::TooLong);
        }
        let value = match self {
            Self::Permit(paper) => to_value(paper),
            Self::Decision(paper) => to_value(paper),
            Self::Record(paper) => to_value(paper),
            Self::Notice(paper) => to_value(paper),
            Self::Delivery(paper) => to_value(paper),
            Self::Form(paper) => to_value(paper),
        }?;
        let mut total = 0;
        check_texts(&value, &mut total)?;
        Ok(serde_json::json!({
            "paper": value,
            "printed_at": now.strftime("%Y-%m-%d %H:%M").to_string(),
        }))
    }

    pub(super) fn pictures(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut add = |name: String, picture: Option<&Png>| {
            if let Some(picture) = picture {
                files.insert(name, picture.bytes().to_vec());
            }
        };
        match self {
            Self::Permit(paper) => {
                add("seal.png".to_owned(), paper.seal.as_ref());
                files.insert("qr.svg".to_owned(), paper.qr_svg.clone().into_bytes());
            }
            Self::Decision(paper) => add("seal.png".to_owned(), paper.seal.as_ref()),
            Self::Notice(paper) => add("seal.png".to_owned(), paper.seal.as_ref()),
            Self::Delivery(_) | Self::Form(_) => {}
            Self::Record(paper) => {
                for (index, officer) in paper.officers.iter().enumerate() {
                    add(format!("officer-{index}.png"), officer.signature.as_ref());
                }
                if let Some(ApplicantStatement::Confirmed {
                    drawing: Some(drawing),
                    ..
                }) = &paper.statement
                {
                    files.insert("applicant.svg".to_owned(), drawing.svg().into_bytes());
                }
            }
        }
        files
    }
}

fn to_value(paper: &impl Serialize) -> Result<serde_json::Value, PaperError> {
    serde_json::to_value(paper).map_err(|error| PaperError::template(&error))
}

/// Lengths, and characters that would be set without being seen.
fn check_texts(value: &serde_json::Value, total: &mut usize) -> Result<(), PaperError> {
    match value {
        serde_json::Value::String(text) => {
            let length = text.chars().count();
            *total += length;
            if length > MAX_TEXT_CHARS || *total > MAX_PAPER_CHARS {
                return Err(PaperError::TooLong);
            }
            let hidden: BTreeSet<char> = text.chars().filter(|c| is_hidden(*c)).collect();
            if hidden.is_empty() {
                Ok(())
            } else {
                Err(PaperError::HiddenCharacters {
                    named: name_characters(&hidden),
                })
            }
        }
        serde_json::Value::Array(values) => values
            .iter()
            .try_for_each(|value| check_texts(value, total)),
        serde_json::Value::Object(fields) => fields
            .values()
            .try_for_each(|value| check_texts(value, total)),
        _ => Ok(()),
    }
}

/// Control characters, direction marks and what has no width: they could make a paper read
/// otherwise than the data says.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Sets `data` with the named template; a character that no font has is looked for in `fallback`.
pub(super) fn set(
    template: &str,
    files: &BTreeMap<String, Bytes>,
    today: Option<Datetime>,
    fallback: &FallbackFonts,
) -> Result<PagedDocument, PaperError> {
    let set = |fonts| compile(&PaperWorld::new(template, files.clone(), fonts, today));
    let mut document = set(Vec::new())?;
    let mut missing = missing_glyphs(&document);
    if !missing.is_empty() {
        let fonts = fallback.fonts_for(&missing);
        if !fonts.is_empty() {
            document = set(fonts)?;
            missing = missing_glyphs(&document);
        }
    }
    typst::comemo::evict(CACHE_AGE);
    if missing.is_empty() {
        return Ok(document);
    }
    Err(PaperError::MissingGlyphs {
        named: name_characters(&missing),
    })
}

fn compile(world: &PaperWorld) -> Result<PagedDocument, PaperError> {
    typst::compile::<PagedDocument>(world)
        .output
        .map_err(|errors| PaperError::from_typst(&errors))
}

fn export(
    document: &PagedDocument,
    ident: String,
    local: &DateTime,
    tagged: bool,
) -> Result<Vec<u8>, PaperError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2b])
        .map_err(|error| PaperError::template(&error.message()))?;
    let made = Datetime::from_ymd_hms(
        local.year().into(),
        part(local.month()),
        part(local.day()),
        part(local.hour()),
        part(local.minute()),
        part(local.second()),
    );
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Kanyan".to_owned())),
        timestamp: made.and_then(|made| typst_pdf::Timestamp::new_local(made, 8 * 60)),
        standards,
        tagged,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| PaperError::from_typst(&errors))
}

/// A part of a date or time, which jiff counts from 0 to at most 59.
pub(super) fn part(value: i8) -> u8 {
    value.unsigned_abs()
}

/// The characters set without a glyph, on any page.
fn missing_glyphs(document: &PagedDocument) -> BTreeSet<char> {
    let mut missing = BTreeSet::new();
    for page in document.pages() {
        collect_missing(&page.frame, &mut missing);
    }
    missing
}

fn collect_missing(frame: &Frame, missing: &mut BTreeSet<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_missing(&group.frame, missing),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    missing.extend(text.text.get(glyph.range()).unwrap_or_default().chars());
                }
            }
            _ => {}
        }
    }
}

/// 「𠮷」U+20BB7、…: what a clerk needs to find the character, seen or not.
fn name_characters(characters: &BTreeSet<char>) -> String {
    let mut names: Vec<String> = characters
        .iter()
        .take(MAX_NAMED)
        .map(|c| {
            let code = u32::from(*c);
            if is_hidden(*c) {
                format!("U+{code:04X}")
            } else {
                format!("「{c}」U+{code:04X}")
            }
        })
        .collect();
    if characters.len() > MAX_NAMED {
        names.push(format!("等 {} 个", characters.len()));
    }
    names.join("、")
}

/// Why a paper cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaperError {
    /// No font has these characters.
    #[error(
        "字体缺字：{named}。请在服务器安装含该字的字体（如 fonts-noto-cjk）后重试，或改用规范字"
    )]
    MissingGlyphs {
        /// The characters with their codes.
        named: String,
    },
    /// Characters nobody would see on paper.
    #[error("文字中含有不可见字符：{named}。请删除后重试")]
    HiddenCharacters {
        /// The characters' codes.
        named: String,
    },
    /// A text beyond [`MAX_TEXT_CHARS`], [`MAX_PAPER_CHARS`] or [`MAX_ROWS`].
    #[error(
        "文字过长：单项不超过 {MAX_TEXT_CHARS} 字，全文不超过 {MAX_PAPER_CHARS} 字，表格不超过 {MAX_ROWS} 行"
    )]
    TooLong,
    /// More pages than this kind of paper may have.
    #[error("文书共 {pages} 页，超过上限 {max} 页，请缩短文字（名称、地址、范围等）")]
    TooManyPages {
        /// Pages it would have.
        pages: usize,
        /// Pages allowed.
        max: usize,
    },
    /// A batch of nothing, or beyond [`MAX_BATCH`].
    #[error("合并打印须选 1 至 {max} 份文书")]
    TooManyPapers {
        /// The most.
        max: usize,
    },
    /// A picture that is no PNG or too large.
    #[error("印章或签名图片应为 PNG，不超过 1 MB，边长不超过 4000 像素")]
    Picture,
    /// The template failed: a fault of this program or a broken picture.
    #[error("文书排版失败：{detail}")]
    Template {
        /// What the typesetter said.
        detail: String,
    },
}

impl PaperError {
    pub(super) fn template(error: &impl ToString) -> Self {
        Self::Template {
            detail: error.to_string(),
        }
    }

    fn from_typst(errors: &[SourceDiagnostic]) -> Self {
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        Self::template(&messages.join("; "))
    }
}

#[cfg(test)]
mod tests;
