//! The picture of a QR code, as SVG for papers and pages.
//!
//! One path of horizontal runs: small, sharp at any size, the same bytes for the same text.

use std::fmt::Write as _;

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

use super::qr::{MAX_LINK_BYTES, QrError};

/// Light modules around the code which readers need (ISO/IEC 18004).
pub const QUIET_MODULES: usize = 4;

/// A QR code drawn as SVG, with the quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrSvg {
    /// The SVG document.
    pub svg: String,
    /// Modules on a side, quiet zone included; the printed size must give each about 0.4 mm.
    pub modules: usize,
}

/// Draws `text` with error correction M (15 % of the code may be lost).
///
/// # Errors
/// [`QrError::TooLong`] beyond [`MAX_LINK_BYTES`].
pub fn draw(text: &str) -> Result<QrSvg, QrError> {
    if text.len() > MAX_LINK_BYTES {
        return Err(QrError::TooLong);
    }
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrError::TooLong)?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top) = (x + QUIET_MODULES, y + QUIET_MODULES);
                write!(path, "M{left} {top}h{0}v1h-{0}z", run.len())
                    .expect("writing to a String cannot fail");
            }
            x += run.len();
        }
    }
    let modules = width + 2 * QUIET_MODULES;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{modules}v{modules}h-{modules}z\"/>\
         <path d=\"{path}\"/></svg>"
    );
    Ok(QrSvg { svg, modules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_the_modules_of_the_code() {
        let drawn = draw("KANYAN").unwrap();
        assert_eq!(drawn.modules, 21 + 8);
        assert!(drawn.svg.starts_with("<svg "));
        // The upper left finder pattern opens with a run of seven.
        assert!(drawn.svg.contains("M4 4h7v1h-7z"));
        assert_eq!(drawn, draw("KANYAN").unwrap());
    }

    #[test]
    fn alphanumeric_mode_is_used() {
        // 88 characters fit version 4 (33 modules) at level M in alphanumeric mode; as bytes
        // they need version 6 (41 modules).
        let drawn = draw(&"A%25".repeat(22)).unwrap();
        assert_eq!(drawn.modules, 33 + 8);
    }

    #[test]
    fn refuses_what_could_not_be_read() {
        assert_eq!(draw(&"A".repeat(MAX_LINK_BYTES + 1)), Err(QrError::TooLong));
    }
}
