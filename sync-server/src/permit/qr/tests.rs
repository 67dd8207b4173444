//! The QR code: there and back, tampering, hostile texts.

use proptest::prelude::*;

use super::*;
use crate::permit::claims::tests::sample;
use crate::permit::key::tests::test_key;

const URL: &str = "https://check.example.org";

fn keys() -> Vec<IssuerPublicKey> {
    vec![test_key().public()]
}

fn payload_of(signed: &[u8]) -> String {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(signed).unwrap();
    format!(
        "{PAYLOAD_PREFIX}{}",
        base45::encode(packer.finish().unwrap())
    )
}

fn signed_bytes(payload: &str) -> Vec<u8> {
    inflate(&decode_base45(&payload[PAYLOAD_PREFIX.len()..]).unwrap()).unwrap()
}

#[test]
fn link_fragment_and_payload_are_read() {
    let payload = sign(&sample(), &test_key()).unwrap();
    let link = link(&format!("{URL}/"), &payload).unwrap();
    let fragment = link
        .strip_prefix("https://check.example.org/check")
        .unwrap();
    assert!(fragment.starts_with("#KY1:"));
    assert!(!fragment.contains(' '));
    for text in [
        &link,
        fragment,
        &fragment[1..],
        &payload,
        &format!("  {link}\n"),
        &format!("{payload}\r\n"),
    ] {
        assert_eq!(verify(text, &keys()), Ok(sample()), "{text}");
    }
}

#[test]
fn every_payload_is_read_in_both_forms() {
    // Many signatures, so that payloads with every mix of spaces and % come up.
    let mut claims = sample();
    for serial in 30_001..30_120 {
        claims.number = format!("浙交运管许可金字330784{serial:06}号");
        let payload = sign(&claims, &test_key()).unwrap();
        assert_eq!(verify(&payload, &keys()).as_ref(), Ok(&claims));
        let link = link(URL, &payload).unwrap();
        assert_eq!(verify(&link, &keys()).as_ref(), Ok(&claims));
    }
}

#[test]
fn equal_claims_give_equal_text() {
    assert_eq!(
        sign(&sample(), &test_key()).unwrap(),
        sign(&sample(), &test_key()).unwrap()
    );
}

/// The sample permit, its class raised by somebody else.
pub(crate) fn changed_payload() -> String {
    let mut signed = signed_bytes(&sign(&sample(), &test_key()).unwrap());
    let at = signed
        .windows("二类".len())
        .position(|w| w == "二类".as_bytes())
        .unwrap();
    signed[at..at + "一类".len()].copy_from_slice("一类".as_bytes());
    payload_of(&signed)
}

/// A short text that unpacks to more than is read.
pub(crate) fn bomb() -> String {
    payload_of(&vec![0; 16 * 1024])
}

#[test]
fn a_changed_claim_is_forged() {
    let signed = signed_bytes(&sign(&sample(), &test_key()).unwrap());
    assert_eq!(verify(&payload_of(&signed), &keys()), Ok(sample()));
    assert_eq!(verify(&changed_payload(), &keys()), Err(QrError::Forged));
}

#[test]
fn another_key_is_not_believed() {
    let other = IssuerKey::from_bytes(&[9; 32]).unwrap();
    let payload = sign(&sample(), &other).unwrap();
    assert_eq!(verify(&payload, &keys()), Err(QrError::UnknownKey));
    assert_eq!(verify(&payload, &[]), Err(QrError::UnknownKey));
    let both = [test_key().public(), other.public()];
    assert_eq!(verify(&payload, &both), Ok(sample()));
}

#[test]
fn another_algorithm_is_not_believed() {
    let protected = HeaderBuilder::new()
        .algorithm(Algorithm::ES384)
        .key_id(test_key().public().id().to_vec())
        .build();
    let signed = CoseSign1Builder::new()
        .protected(protected)
        .payload(sample().to_cbor().unwrap())
        .create_signature(b"", |message| test_key().sign(message))
        .build();
    let payload = payload_of(&signed.to_tagged_vec().unwrap());
    assert_eq!(verify(&payload, &keys()), Err(QrError::Damaged("COSE")));
}

#[test]
fn a_bomb_is_cut_off() {
    let bomb = payload_of(&vec![0; 8 * 1024 * 1024]);
    assert!(bomb.len() > MAX_TEXT_BYTES);
    let smaller = self::bomb();
    assert!(smaller.len() < MAX_TEXT_BYTES);
    assert_eq!(verify(&smaller, &keys()), Err(QrError::TooLong));
    assert_eq!(verify(&bomb, &keys()), Err(QrError::TooLong));
}

#[test]
fn base45_is_read_only_as_written() {
    assert_eq!(decode_base45("QED8WEX0"), Ok(b"ietf!".to_vec()));
    for text in ["::", "A", "GGW:", "qed8", "QED8WEX", "::: "] {
        assert!(decode_base45(text).is_err(), "{text}");
    }
}

#[test]
fn limits_and_addresses_are_kept() {
    for url in [
        "",
        "https://",
        "ftp://check.example.org",
        "https://check.example.org/?a=b",
        "https://check.example.org/#x",
        "https://查验.example.org",
    ] {
        assert_eq!(link(url, "KY1:"), Err(QrError::PublicUrl), "{url}");
    }
    assert_eq!(link(URL, &"A".repeat(1_300)), Err(QrError::TooLong));
    assert_eq!(
        link("http://10.0.0.8:8080/kanyan", "KY1:A% B").unwrap(),
        "http://10.0.0.8:8080/kanyan/check#KY1:A%25%20B"
    );
    assert_eq!(verify("", &keys()), Err(QrError::NotAPermit));
    assert_eq!(verify("KY2:QED8", &keys()), Err(QrError::NotAPermit));
    assert_eq!(
        verify("KY1:QED8WEX0", &keys()),
        Err(QrError::Damaged("zlib"))
    );
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        prop_assert!(verify(&text, &keys()).is_err());
        let prefixed = format!("KY1:{text}");
        prop_assert!(verify(&prefixed, &keys()).is_err());
    }

    #[test]
    fn any_bytes_inside_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(&payload_of(&bytes), &keys()).is_err());
        let bare = format!("KY1:{}", base45::encode(&bytes));
        prop_assert!(verify(&bare, &keys()).is_err());
    }

    #[test]
    fn any_flipped_byte_is_noticed(index in 0usize..400, mask in 1u8..) {
        let mut signed = signed_bytes(&sign(&sample(), &test_key()).unwrap());
        let at = index % signed.len();
        signed[at] ^= mask;
        prop_assert!(verify(&payload_of(&signed), &keys()).is_err());
    }
}
