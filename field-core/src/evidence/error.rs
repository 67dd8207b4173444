//! Why a photo was refused, in words an inspector can act on, in English and in Chinese.
//! `Display` is for English pages and logs, [`EvidenceError::zh`] for the tablet's usual reader.

/// Why a photo was not taken in. The message says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// No bytes at all.
    #[error("The file is empty. Take the photo again.")]
    Empty,
    /// No kind of picture that we know, or a text or program under a picture's name.
    #[error(
        "This file is not a picture, whatever its name says. \
         Choose a JPEG, PNG or WebP picture, or take the photo again."
    )]
    NotAPicture,
    /// A phone's high-efficiency picture.
    #[error(
        "This picture is in the HEIC format, which cannot be opened here. Switch the camera to \
         JPEG (iPhone and iPad: Settings > Camera > Formats > Most Compatible; others: turn off \
         high-efficiency pictures) and take the photo again."
    )]
    Heic,
    /// A known kind of file that is not taken in.
    #[error(
        "This is a file of the kind {format}. Only JPEG, PNG and WebP pictures are taken in. \
         Set the camera to JPEG and take the photo again."
    )]
    Unsupported {
        /// Name of the format, such as `GIF`.
        format: &'static str,
    },
    /// The end of the picture is missing.
    #[error(
        "The picture is incomplete: its end is missing, as when saving or copying was cut off. \
         Choose it once more; if that does not help, take the photo again."
    )]
    Truncated,
    /// The picture's inside contradicts itself.
    #[error("The picture is damaged and cannot be opened ({detail}). Take the photo again.")]
    Damaged {
        /// What the decoder says, for whoever looks into it.
        detail: String,
    },
    /// The file is larger than allowed.
    #[error(
        "The file has {} MB, more than the {} MB allowed. \
         Choose a lower resolution in the camera and take the photo again.",
        megabytes(*bytes), megabytes(*limit_bytes)
    )]
    TooManyBytes {
        /// Size of the file, in bytes.
        bytes: u64,
        /// What is allowed, in bytes.
        limit_bytes: u64,
    },
    /// The picture has, or claims to have, more pixels than allowed.
    #[error(
        "The picture claims {width} × {height} pixels, more than the {} million allowed. \
         Choose a lower resolution in the camera and take the photo again.",
        limit_pixels / 1_000_000
    )]
    TooManyPixels {
        /// Width, in pixels.
        width: u32,
        /// Height, in pixels.
        height: u32,
        /// Width × height allowed, in pixels.
        limit_pixels: u64,
    },
    /// Opening the picture would take more memory than allowed.
    #[error(
        "Opening this picture would take {} MB of memory, more than the {} MB allowed. \
         Choose a lower resolution in the camera and take the photo again.",
        megabytes(*bytes), megabytes(*limit_bytes)
    )]
    TooMuchMemory {
        /// What opening would take, in bytes.
        bytes: u64,
        /// What is allowed, in bytes.
        limit_bytes: u64,
    },
    /// The picture is too small to show anything.
    #[error(
        "The picture has only {width} × {height} pixels and shows too little; \
         each side needs at least {limit_px}. Choose the photo itself, not its preview."
    )]
    TooSmall {
        /// Width, in pixels.
        width: u32,
        /// Height, in pixels.
        height: u32,
        /// What each side needs at least, in pixels.
        limit_px: u32,
    },
}

impl EvidenceError {
    /// The message in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Empty => "文件是空的。请重新拍摄。".to_owned(),
            Self::NotAPicture => {
                "这个文件不是照片（与文件名后缀无关）。请选择 JPEG、PNG 或 WebP 图片，或重新拍摄。"
                    .to_owned()
            }
            Self::Heic => "这张照片是 HEIC 格式，此处无法打开。请把相机改为 JPEG 格式\
                （iPhone、iPad：设置→相机→格式→兼容性最佳；其他设备：关闭高效图片格式）后重新拍摄。"
                .to_owned(),
            Self::Unsupported { format } => format!(
                "这是 {format} 类型的文件。只接收 JPEG、PNG 和 WebP 图片。\
                 请把相机改为 JPEG 格式后重新拍摄。"
            ),
            Self::Truncated => "照片不完整：结尾缺失，可能在保存或复制时中断。\
                请重新选择；仍不行请重新拍摄。"
                .to_owned(),
            Self::Damaged { detail } => {
                format!("照片已损坏，无法打开（{detail}）。请重新拍摄。")
            }
            Self::TooManyBytes { bytes, limit_bytes } => format!(
                "文件有 {} MB，超过 {} MB 的上限。请在相机中调低分辨率后重新拍摄。",
                megabytes(*bytes),
                megabytes(*limit_bytes)
            ),
            Self::TooManyPixels {
                width,
                height,
                limit_pixels,
            } => format!(
                "照片标称 {width} × {height} 像素，超过 {} 万像素的上限。\
                 请在相机中调低分辨率后重新拍摄。",
                limit_pixels / 10_000
            ),
            Self::TooMuchMemory { bytes, limit_bytes } => format!(
                "打开这张照片需要 {} MB 内存，超过 {} MB 的上限。请在相机中调低分辨率后重新拍摄。",
                megabytes(*bytes),
                megabytes(*limit_bytes)
            ),
            Self::TooSmall {
                width,
                height,
                limit_px,
            } => format!(
                "照片只有 {width} × {height} 像素，看不清内容；每边至少需要 {limit_px} 像素。\
                 请选择照片原图，不要选择预览图。"
            ),
        }
    }

    pub(super) fn damaged(detail: impl ToString) -> Self {
        Self::Damaged {
            detail: detail.to_string(),
        }
    }
}

/// Megabytes (2²⁰ bytes), rounded up to tenths, so that one byte too many is seen to be too many.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}.{tenth}", tenths / 10),
    }
}
