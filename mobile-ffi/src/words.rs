//! Words in both languages; the app shows the one its user reads.

use field_core::rules::Text;

/// The same words in Chinese, which are the legal ones, and English.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Words {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Self {
            zh: text.zh.clone(),
            en: text.en.clone(),
        }
    }
}
