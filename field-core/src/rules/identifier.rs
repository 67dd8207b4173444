//! Checksums of identifiers that people type: a slip is caught while the applicant still stands at
//! the window. A right checksum proves only that, not that the holder exists.

/// What is wrong with an identifier. The text itself is never in the error: it is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Not 18 characters.
    #[error("18 characters are expected ({found} given)")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that cannot occur there.
    #[error("character {position} cannot occur there")]
    Character {
        /// Counted from 1.
        position: usize,
    },
    /// The date of birth within the number is no date.
    #[error("characters 7 to 14 are no date of birth")]
    BirthDate,
    /// The last character does not fit the others.
    #[error("the check character does not fit: compare with the document")]
    Checksum,
}

/// Alphabet of GB 32100-2015: no I, O, S, V, Z, which look like digits or each other.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^i mod 31.
const USCC_WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// Checks a unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, upper case.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_credit_code(text: &str) -> Result<(), IdentifierError> {
    let characters = eighteen(text)?;
    let mut values = [0; 18];
    for (i, character) in characters.iter().enumerate() {
        let value = USCC_ALPHABET.iter().position(|c| c == character);
        values[i] = value.ok_or(IdentifierError::Character { position: i + 1 })?;
    }
    let sum: usize = values
        .iter()
        .zip(USCC_WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    if (31 - sum % 31) % 31 == values[17] {
        Ok(())
    } else {
        Err(IdentifierError::Checksum)
    }
}

/// 2^(17-i) mod 11.
const RESIDENT_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by remainder.
const RESIDENT_CHECK: &[u8; 11] = b"10X98765432";

/// Checks a resident identity number (公民身份号码, GB 11643): 18 characters, X in upper case.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_resident_id(text: &str) -> Result<(), IdentifierError> {
    let characters = eighteen(text)?;
    let mut sum = 0;
    for (i, (character, weight)) in characters.iter().zip(RESIDENT_WEIGHTS).enumerate() {
        let digit = (*character as char).to_digit(10);
        sum += digit.ok_or(IdentifierError::Character { position: i + 1 })? * weight;
    }
    if !RESIDENT_CHECK.contains(&characters[17]) {
        return Err(IdentifierError::Character { position: 18 });
    }
    // Seventeen ASCII digits were just read, so slicing by bytes is slicing by characters.
    if super::Date::strptime("%Y%m%d", &text[6..14]).is_err() {
        return Err(IdentifierError::BirthDate);
    }
    if RESIDENT_CHECK[(sum % 11) as usize] == characters[17] {
        Ok(())
    } else {
        Err(IdentifierError::Checksum)
    }
}

fn eighteen(text: &str) -> Result<[u8; 18], IdentifierError> {
    let found = text.chars().count();
    if found != 18 {
        return Err(IdentifierError::Length { found });
    }
    if let Some(position) = text.chars().position(|c| !c.is_ascii()) {
        return Err(IdentifierError::Character {
            position: position + 1,
        });
    }
    text.as_bytes()
        .try_into()
        .map_err(|_| IdentifierError::Length { found })
}

#[cfg(test)]
mod tests {
    use super::IdentifierError::*;
    use super::*;

    #[test]
    fn credit_codes() {
        for code in [
            "11100000000019713D",
            "11330105002500287C",
            "11430000006122244L",
            "91350100M000100Y43",
        ] {
            assert_eq!(check_credit_code(code), Ok(()), "{code}");
        }
        for (code, error) in [
            ("91350100M000100Y44", Checksum),
            ("91350100M000010Y43", Checksum),
            ("91350100M000100Y4", Length { found: 17 }),
            ("91350100M000100YI3", Character { position: 17 }),
            ("91350100m000100Y43", Character { position: 9 }),
            ("９1350100M000100Y43", Character { position: 1 }),
        ] {
            assert_eq!(check_credit_code(code), Err(error), "{code}");
        }
    }

    #[test]
    fn every_single_slip_in_a_credit_code_is_caught() {
        let right = b"91350100M000100Y43";
        for i in 0..18 {
            for character in USCC_ALPHABET.iter().filter(|c| **c != right[i]) {
                let mut wrong = *right;
                wrong[i] = *character;
                let wrong = std::str::from_utf8(&wrong).unwrap();
                assert_eq!(check_credit_code(wrong), Err(Checksum), "{wrong}");
            }
        }
    }

    #[test]
    fn resident_ids() {
        assert_eq!(check_resident_id("11010519491231002X"), Ok(()));
        for (id, error) in [
            ("110105194912310021", Checksum),
            ("11010519491231020X", Checksum),
            ("11010519491331002X", BirthDate),
            ("11010519490229002X", BirthDate),
            ("11010519491231002x", Character { position: 18 }),
            ("1101051949123100X2", Character { position: 17 }),
            ("110105491231002", Length { found: 15 }),
        ] {
            assert_eq!(check_resident_id(id), Err(error), "{id}");
        }
    }
}
