//! The rescue file: everything unsent of one tablet in one file, for the day when it cannot sync
//! any more. The server takes it in through the same gate as an exchange. It is signed by the
//! device and not encrypted: whoever carries it carries photos.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::{ChangeRow, HeadSignature, StatementRow, decode};
use crate::digest::Sha256;
use crate::identity::{KeyError, PublicKey};
use crate::ids::DeviceId;

/// Why a rescue file is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RescueError {
    /// Something else, or damaged beyond reading.
    #[error("this is no rescue file: {0}")]
    NotARescueFile(String),
    /// Written by a tablet nobody enrolled here.
    #[error("the rescue file was written by a tablet that is not enrolled here ({0})")]
    UnknownTablet(DeviceId),
    /// The tablet's signature does not fit: the file was changed or damaged.
    #[error("the rescue file was changed or damaged after it was written: {0}")]
    Signature(#[from] KeyError),
}

/// What a rescue file is called.
pub const RESCUE_MEDIA_TYPE: &str = "application/vnd.kanyan.rescue+cbor";
/// Begins every rescue file of this version.
pub const RESCUE_MAGIC: &str = "kanyan-rescue-1";

/// An evidence file in a rescue file.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RescueBlob {
    /// Its name.
    #[n(0)]
    pub sha256: Sha256,
    /// Its bytes.
    #[n(1)]
    pub bytes: ByteVec,
}

/// Everything a tablet had not yet been thanked for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rescue {
    /// Always the same word.
    #[n(0)]
    pub magic: String,
    /// Which tablet wrote it.
    #[n(1)]
    pub device: DeviceId,
    /// When, wall clock, Unix milliseconds.
    #[n(2)]
    pub at_ms: i64,
    /// In causal order within each document.
    #[n(3)]
    pub changes: Vec<ChangeRow>,
    /// One per actor.
    #[n(4)]
    pub signatures: Vec<HeadSignature>,
    /// In the order in which they were made.
    #[n(5)]
    pub statements: Vec<StatementRow>,
    /// Thumbnails, evidence files and originals asked for.
    #[n(6)]
    pub blobs: Vec<RescueBlob>,
}

impl Rescue {
    /// Reads a rescue file and checks that the device it names signed all of it. `key` gives the
    /// public key of a device.
    pub fn read(
        file: &[u8],
        key: impl FnOnce(DeviceId) -> Option<PublicKey>,
    ) -> Result<Self, RescueError> {
        let (content, signature) = file
            .split_last_chunk::<64>()
            .ok_or_else(|| RescueError::NotARescueFile("it is too short".into()))?;
        let rescue: Self =
            decode(content).map_err(|error| RescueError::NotARescueFile(error.to_string()))?;
        if rescue.magic != RESCUE_MAGIC {
            return Err(RescueError::NotARescueFile(
                "it is of another version".into(),
            ));
        }
        key(rescue.device)
            .ok_or(RescueError::UnknownTablet(rescue.device))?
            .verify(Sha256::of(content).as_bytes(), signature)?;
        Ok(rescue)
    }
}
