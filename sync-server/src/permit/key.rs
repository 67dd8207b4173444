//! The authority's key pair for permits: ES256, since old WebViews lack Ed25519.
//!
//! Making, reading and naming keys. Where the private key lies and who may read it is the
//! administrator's to arrange; nothing here writes a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::elliptic_curve::Generate;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// Largest key file read, in bytes.
pub const MAX_KEY_FILE_BYTES: u64 = 16 * 1024;

/// First eight bytes of the SHA-256 of the public key (SEC 1, uncompressed).
pub type KeyId = [u8; 8];

/// The authority's private key. Its memory is cleared when dropped; it has no `Debug` output.
#[derive(Clone)]
pub struct IssuerKey(SigningKey);

impl std::fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IssuerKey(private)")
    }
}

impl IssuerKey {
    /// A new key from the given source of randomness.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(SigningKey::generate_from_rng(rng))
    }

    /// A key from its 32-byte scalar.
    ///
    /// # Errors
    /// [`KeyError::Private`] if the bytes are no scalar of P-256.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        SigningKey::from_slice(bytes)
            .map(Self)
            .map_err(|_| KeyError::Private)
    }

    /// A key from PKCS#8 PEM text (`-----BEGIN PRIVATE KEY-----`).
    ///
    /// # Errors
    /// [`KeyError::Private`] if the text is no unencrypted P-256 key in that form.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_pem(pem)
            .map(Self)
            .map_err(|_| KeyError::Private)
    }

    /// A key from a PKCS#8 PEM file.
    ///
    /// # Errors
    /// [`KeyError::File`] if it cannot be read or is larger than [`MAX_KEY_FILE_BYTES`];
    /// [`KeyError::Private`] as for [`IssuerKey::from_pkcs8_pem`].
    pub fn from_pkcs8_pem_file(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::File {
            path: path.display().to_string(),
            source,
        };
        let mut pem = String::new();
        File::open(path)
            .map_err(unreadable)?
            .take(MAX_KEY_FILE_BYTES)
            .read_to_string(&mut pem)
            .map_err(unreadable)?;
        Self::from_pkcs8_pem(&pem)
    }

    /// The key as PKCS#8 PEM text, for `init` to write where only the server may read it.
    ///
    /// # Errors
    /// [`KeyError::Private`] if encoding fails, which no valid key is known to do.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        self.0
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| KeyError::Private)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> IssuerPublicKey {
        IssuerPublicKey(*self.0.verifying_key())
    }

    /// Signs with a nonce derived from key and message (RFC 6979): the same permit gives the
    /// same signature. 64 bytes, r then s.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_bytes().to_vec()
    }
}

/// The authority's public key, as the check page uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerPublicKey(VerifyingKey);

impl IssuerPublicKey {
    /// The name under which payloads refer to the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0.to_sec1_point(false).as_bytes());
        let mut id = KeyId::default();
        id.copy_from_slice(&digest[..8]);
        id
    }

    /// Whether `signature` (r then s) is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    /// The key as JSON Web Key (RFC 7517), what `/check/keys.json` lists.
    #[must_use]
    pub fn to_jwk(&self) -> Jwk {
        let point = self.0.to_sec1_point(false);
        // Uncompressed SEC 1: 0x04, then x and y with 32 bytes each.
        let coordinates = &point.as_bytes()[1..];
        Jwk {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            alg: "ES256".to_owned(),
            key_use: "sig".to_owned(),
            kid: BASE64URL_NOPAD.encode(&self.id()),
            x: BASE64URL_NOPAD.encode(&coordinates[..32]),
            y: BASE64URL_NOPAD.encode(&coordinates[32..]),
        }
    }

    /// The key from its JSON Web Key; `kid` must be the one the key has.
    ///
    /// # Errors
    /// [`KeyError::Public`] for another kind of key, a point off the curve or a wrong `kid`.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        if jwk.kty != "EC" || jwk.crv != "P-256" {
            return Err(KeyError::Public);
        }
        let mut sec1 = vec![4];
        for coordinate in [&jwk.x, &jwk.y] {
            let bytes = BASE64URL_NOPAD
                .decode(coordinate.as_bytes())
                .map_err(|_| KeyError::Public)?;
            if bytes.len() != 32 {
                return Err(KeyError::Public);
            }
            sec1.extend(bytes);
        }
        let key = VerifyingKey::from_sec1_bytes(&sec1)
            .map(Self)
            .map_err(|_| KeyError::Public)?;
        if jwk.kid != BASE64URL_NOPAD.encode(&key.id()) {
            return Err(KeyError::Public);
        }
        Ok(key)
    }
}

/// A public key as JSON Web Key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// Key type, `EC`.
    pub kty: String,
    /// Curve, `P-256`.
    pub crv: String,
    /// Algorithm, `ES256`.
    pub alg: String,
    /// Use, `sig`.
    #[serde(rename = "use")]
    pub key_use: String,
    /// Key id, base64url of [`KeyId`].
    pub kid: String,
    /// x coordinate, base64url of 32 bytes.
    pub x: String,
    /// y coordinate, base64url of 32 bytes.
    pub y: String,
}

/// What `/check/keys.json` answers: every key that ever signed a permit still in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// The keys, newest first.
    pub keys: Vec<Jwk>,
}

impl KeySet {
    /// The set of these keys.
    #[must_use]
    pub fn new(keys: &[IssuerPublicKey]) -> Self {
        Self {
            keys: keys.iter().map(IssuerPublicKey::to_jwk).collect(),
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// No unencrypted P-256 private key.
    #[error("发证私钥无法识别：应为未加密的 PKCS#8 PEM 格式 P-256 私钥")]
    Private,
    /// No P-256 public key, or under a wrong name.
    #[error("发证公钥无法识别：应为 P-256 的 JWK，且 kid 与公钥相符")]
    Public,
    /// The key file cannot be read.
    #[error("无法读取发证私钥文件 {path}，请检查路径和权限")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A key for tests and fixtures; anybody may know it.
    pub(crate) fn test_key() -> IssuerKey {
        IssuerKey::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn survives_pem_and_file() {
        let key = test_key();
        let pem = key.to_pkcs8_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuer.pem");
        std::fs::write(&path, pem.as_bytes()).unwrap();
        let read = IssuerKey::from_pkcs8_pem_file(&path).unwrap();
        assert_eq!(read.public(), key.public());
        assert!(matches!(
            IssuerKey::from_pkcs8_pem_file(&folder.path().join("none.pem")),
            Err(KeyError::File { .. })
        ));
        assert!(IssuerKey::from_pkcs8_pem("-----BEGIN PRIVATE KEY-----").is_err());
        assert!(IssuerKey::from_bytes(&[0; 32]).is_err());
        assert!(!format!("{key:?}").contains('7'));
    }

    #[test]
    fn a_generated_key_signs() {
        let key = IssuerKey::generate(&mut rand::rng());
        let signature = key.sign(b"permit");
        assert_eq!(signature.len(), 64);
        assert!(key.public().verifies(b"permit", &signature));
        assert!(!key.public().verifies(b"permit!", &signature));
        assert!(!test_key().public().verifies(b"permit", &signature));
        assert!(!key.public().verifies(b"permit", &signature[1..]));
    }

    #[test]
    fn jwk_comes_back_and_must_carry_its_own_name() {
        let public = test_key().public();
        let jwk = public.to_jwk();
        assert_eq!(IssuerPublicKey::from_jwk(&jwk).unwrap(), public);
        let mut renamed = jwk.clone();
        renamed.kid = "AAAAAAAAAAA".to_owned();
        assert!(IssuerPublicKey::from_jwk(&renamed).is_err());
        let mut moved = jwk;
        moved.x = moved.y.clone();
        assert!(IssuerPublicKey::from_jwk(&moved).is_err());
    }
}
