//! What a template can see: the templates, its data, its pictures, the fonts. Nothing else.
//!
//! No file of the machine, no network, no clock; what is not listed here does not exist for it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use super::fonts;

const TEMPLATES: [(&str, &str); 7] = [
    ("common.typ", include_str!("../../documents/common.typ")),
    ("permit.typ", include_str!("../../documents/permit.typ")),
    ("decision.typ", include_str!("../../documents/decision.typ")),
    ("record.typ", include_str!("../../documents/record.typ")),
    ("notice.typ", include_str!("../../documents/notice.typ")),
    ("delivery.typ", include_str!("../../documents/delivery.typ")),
    ("form.typ", include_str!("../../documents/form.typ")),
];

/// Whether there is a template of this name.
pub(super) fn is_template(name: &str) -> bool {
    TEMPLATES.iter().any(|(known, _)| *known == name)
}

/// One paper's world.
pub(super) struct PaperWorld {
    main: FileId,
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
    files: BTreeMap<String, Bytes>,
    today: Option<Datetime>,
}

/// What is the same for every paper, made once.
struct Shared {
    library: LazyHash<Library>,
    sources: Vec<Source>,
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| Shared {
        library: LazyHash::new(Library::default()),
        sources: TEMPLATES
            .iter()
            .map(|(name, text)| Source::new(file_id(name), (*text).to_owned()))
            .collect(),
    })
}

/// Names are few and constant: typst keeps every one for the life of the process.
fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("names of papers' files are plain file names");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl PaperWorld {
    /// A world whose main file is `template`, with these data files and these fonts beside the
    /// embedded ones.
    pub(super) fn new(
        template: &str,
        files: BTreeMap<String, Bytes>,
        fallback: Vec<Font>,
        today: Option<Datetime>,
    ) -> Self {
        let mut fonts = fonts::embedded().to_vec();
        fonts.extend(fallback);
        Self {
            main: file_id(template),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            files,
            today,
        }
    }
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &shared().library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        shared()
            .sources
            .iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(|| absent(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files
            .get(id.get().vpath().get_without_slash())
            .cloned()
            .ok_or_else(|| absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
