//! The permit's number: reading it, writing it, counting on.
//!
//! A number names the issuing province and place, the county (GB/T 2260) and a serial, such as
//! 浙交运管许可金字330784030001号. Which number is free is the store's to know; here is only what
//! a number looks like and which one follows.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Longest prefix in characters; the known ones have eight or nine.
pub const MAX_PREFIX_CHARS: usize = 12;

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const MIDDLE: &str = "交运管许可";
const SERIALS_PER_BLOCK: u32 = 10_000;

/// The leading two digits of a serial: the kind of permit it counts.
///
/// Published permit tables of one Zhejiang county start repair shops' serials with 03; other
/// kinds vary by place and are therefore free to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialBlock(u8);

impl SerialBlock {
    /// Motor-vehicle repair: serials 030001 to 039999.
    pub const REPAIR: Self = Self(3);

    /// A block by its two digits, 0 to 99.
    ///
    /// # Errors
    /// [`NumberError::Block`] beyond 99.
    pub fn new(digits: u8) -> Result<Self, NumberError> {
        if digits > 99 {
            return Err(NumberError::Block { digits });
        }
        Ok(Self(digits))
    }
}

/// A permit number: prefix, division and serial, all checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PermitNumber {
    prefix: String,
    division: u32,
    serial: u32,
}

impl PermitNumber {
    /// A number from its parts: prefix such as 浙交运管许可金字, division such as 330784, serial
    /// such as 30001 (written 030001).
    ///
    /// # Errors
    /// [`NumberError`] naming the part that does not fit.
    pub fn new(prefix: &str, division: u32, serial: u32) -> Result<Self, NumberError> {
        check_prefix(prefix)?;
        if !(110_000..=659_999).contains(&division) {
            return Err(NumberError::Division { division });
        }
        if serial > 999_999 || serial.is_multiple_of(SERIALS_PER_BLOCK) {
            return Err(NumberError::Serial { serial });
        }
        Ok(Self {
            prefix: prefix.to_owned(),
            division,
            serial,
        })
    }

    /// The first number of a block, such as …030001号.
    ///
    /// # Errors
    /// [`NumberError`] as for [`PermitNumber::new`].
    pub fn first(prefix: &str, division: u32, block: SerialBlock) -> Result<Self, NumberError> {
        Self::new(prefix, division, u32::from(block.0) * SERIALS_PER_BLOCK + 1)
    }

    /// The number after this one, in the same block.
    ///
    /// # Errors
    /// [`NumberError::BlockFull`] after the block's last serial: the next would count as another
    /// kind of permit.
    pub fn next(&self) -> Result<Self, NumberError> {
        let serial = self.serial + 1;
        if serial.is_multiple_of(SERIALS_PER_BLOCK) {
            return Err(NumberError::BlockFull {
                block: self.block().0,
            });
        }
        Ok(Self {
            prefix: self.prefix.clone(),
            division: self.division,
            serial,
        })
    }

    /// The text before the digits, such as 浙交运管许可金字.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The county's six-digit code (GB/T 2260).
    #[must_use]
    pub fn division(&self) -> u32 {
        self.division
    }

    /// The serial as a number; written with six digits.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The block the serial lies in.
    #[must_use]
    pub fn block(&self) -> SerialBlock {
        let digits = self.serial / SERIALS_PER_BLOCK;
        SerialBlock(u8::try_from(digits).expect("a serial has six digits, so two lead it"))
    }
}

impl fmt::Display for PermitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:06}{:06}号", self.prefix, self.division, self.serial)
    }
}

impl FromStr for PermitNumber {
    type Err = NumberError;

    /// Reads a number as written; blanks around it and before the digits are allowed, as older
    /// certificates print them.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let body = text
            .trim()
            .strip_suffix('号')
            .ok_or(NumberError::Form)?
            .trim_end();
        let digits_at = body
            .find(|c: char| c.is_ascii_digit())
            .ok_or(NumberError::Form)?;
        let (prefix, digits) = body.split_at(digits_at);
        if digits.len() != 12 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Form);
        }
        let (division, serial) = digits.split_at(6);
        let part = |digits: &str| digits.parse::<u32>().map_err(|_| NumberError::Form);
        Self::new(prefix.trim_end(), part(division)?, part(serial)?)
    }
}

/// Province's short name, 交运管许可, at most one character for the city or county, 字.
fn check_prefix(prefix: &str) -> Result<(), NumberError> {
    let wrong = || NumberError::Prefix {
        prefix: prefix.chars().take(MAX_PREFIX_CHARS).collect(),
    };
    let mut chars = prefix.chars();
    let province = chars.next().ok_or_else(wrong)?;
    let rest = chars.as_str().strip_prefix(MIDDLE).ok_or_else(wrong)?;
    let place = rest.strip_suffix('字').ok_or_else(wrong)?;
    let mut place_chars = place.chars();
    let place_fits = match (place_chars.next(), place_chars.next()) {
        (None, _) => true,
        (Some(c), None) => is_han(c),
        _ => false,
    };
    if PROVINCES.contains(province) && place_fits {
        Ok(())
    } else {
        Err(wrong())
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}')
}

/// Why a text or its parts are no permit number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NumberError {
    /// The text as a whole has another form.
    #[error("许可证号应形如“浙交运管许可金字330784030001号”")]
    Form,
    /// The prefix has another form.
    #[error("许可证字头“{prefix}”不正确，应形如“浙交运管许可金字”")]
    Prefix {
        /// What was given, cut to [`MAX_PREFIX_CHARS`].
        prefix: String,
    },
    /// The division lies outside GB/T 2260.
    #[error("行政区划代码 {division} 不正确，应为六位数字")]
    Division {
        /// What was given.
        division: u32,
    },
    /// The serial has more than six digits or is the block's zero.
    #[error("流水号 {serial} 不正确，应为六位数字，且后四位不为 0000")]
    Serial {
        /// What was given.
        serial: u32,
    },
    /// A block has two digits.
    #[error("流水号段 {digits} 不正确，应为两位数字")]
    Block {
        /// What was given.
        digits: u8,
    },
    /// The block has no further serial.
    #[error("流水号段 {block:02} 已用完，请为该类许可启用新的号段")]
    BlockFull {
        /// The block's two digits.
        block: u8,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_and_writes_the_known_forms() {
        for text in [
            "浙交运管许可金字330784030001号",
            "津交运管许可德字120128300595号",
            "浙交运管许可字330282033001号",
        ] {
            let number: PermitNumber = text.parse().unwrap();
            assert_eq!(number.to_string(), text);
        }
        let spaced: PermitNumber = " 浙交运管许可金字 330784030001号 ".parse().unwrap();
        assert_eq!(spaced.to_string(), "浙交运管许可金字330784030001号");
        assert_eq!(spaced.division(), 330_784);
        assert_eq!(spaced.serial(), 30_001);
        assert_eq!(spaced.block(), SerialBlock::REPAIR);
        assert_eq!(spaced.prefix(), "浙交运管许可金字");
    }

    #[test]
    fn counts_inside_its_block_only() {
        let first = PermitNumber::first("浙交运管许可金字", 330_784, SerialBlock::REPAIR).unwrap();
        assert_eq!(first.to_string(), "浙交运管许可金字330784030001号");
        assert_eq!(first.next().unwrap().serial(), 30_002);
        let last = PermitNumber::new("浙交运管许可金字", 330_784, 39_999).unwrap();
        assert_eq!(last.next(), Err(NumberError::BlockFull { block: 3 }));
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "",
            "号",
            "浙交运管许可金字330784030001",
            "浙交运管许可金字33078403000号",
            "浙交运管许可金字3307840300011号",
            "浙交运管许可金字33078403000a号",
            "浙交运管许可金字３３０７８４０３０００１号",
            "浙交运管许可金字330784030000号",
            "浙交运管许可金字000000030001号",
            "浙交运管许可金华字330784030001号",
            "浙交运管许可1字330784030001号",
            "台交运管许可金字330784030001号",
            "浙运管许可金字330784030001号",
        ] {
            assert!(text.parse::<PermitNumber>().is_err(), "{text}");
        }
        assert!(SerialBlock::new(100).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            if let Ok(number) = text.parse::<PermitNumber>() {
                prop_assert_eq!(number.to_string().parse::<PermitNumber>(), Ok(number));
            }
        }

        #[test]
        fn every_serial_comes_back(division in 110_000u32..=659_999, serial in 1u32..=999_999) {
            if let Ok(number) = PermitNumber::new("浙交运管许可金字", division, serial) {
                prop_assert_eq!(number.to_string().parse::<PermitNumber>(), Ok(number));
            }
        }
    }
}
