//! `sync-server verify`: checks a permit's code without a network, with the keys and the list of
//! revoked permits of the data directory; the server may run meanwhile.

use rusqlite::Connection;

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::AppError;
use crate::permit::key::Jwk;
use crate::permit::{IssuerPublicKey, PermitClaims, qr};
use crate::store::{StoreError, decisions, keys, open_reader};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// What the scanner read: the whole link or the text behind `#`.
    text: String,
}

pub(super) fn run(config: &Config, options: &Options) -> Result<(), AppError> {
    let connection = open_reader(&config.data)?;
    let clock = Clock::system().stored_business_day(&connection)?;
    let claims = check(&connection, &options.text)?;
    say(&serde_json::to_string_pretty(&claims).map_err(StoreError::from)?)?;
    let today = clock.today();
    if decisions::is_revoked(&connection, &claims.number)? {
        return Err(refuse("该许可已撤销或注销", "the permit was revoked"));
    }
    if today < claims.valid_from || claims.valid_until.is_some_and(|until| until < today) {
        return Err(refuse(
            &format!("该许可在 {today} 不在有效期内"),
            &format!("the permit is not valid on {today}"),
        ));
    }
    say(&format!("有效 · valid on {today}"))
}

/// What the code says, when one of the data directory's keys signed it.
fn check(connection: &Connection, text: &str) -> Result<PermitClaims, AppError> {
    let mut known = Vec::new();
    for row in keys::all(connection, keys::PERMIT)? {
        let jwk: Jwk = serde_json::from_slice(&row.public).map_err(StoreError::from)?;
        let key = IssuerPublicKey::from_jwk(&jwk)
            .map_err(|e| StoreError::unreadable("server_keys.public", e))?;
        known.push(key);
    }
    if known.is_empty() {
        return Err(refuse(
            "该数据目录尚未签发过许可，没有可用于核验的公钥",
            "this data directory has issued no permit, so there is no key to check with",
        ));
    }
    qr::verify(text, &known).map_err(|e| AppError::Invalid {
        zh: e.to_string(),
        en: e.to_string(),
    })
}

fn refuse(zh: &str, en: &str) -> AppError {
    AppError::Invalid {
        zh: zh.to_owned(),
        en: format!("{zh}: {en}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::permit::IssuerKey;
    use crate::store::Store;
    use crate::store::keys::ServerKey;

    #[tokio::test]
    async fn only_a_key_of_the_directory_counts() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let key = IssuerKey::generate(&mut rand::rng());
        let claims = PermitClaims {
            number: "浙交运管许可金字330784030001号".to_owned(),
            holder: "某某汽修".to_owned(),
            class: "二类汽车维修".to_owned(),
            scopes: vec!["小型车辆维修".to_owned()],
            valid_from: date(2018, 3, 12),
            valid_until: Some(date(2024, 3, 11)),
            agency: "某某市交通运输局".to_owned(),
            division: 330_784,
            case_number: "330784-2018-0001".to_owned(),
            issued_on: date(2018, 3, 12),
        };
        let text = qr::sign(&claims, &key).unwrap();
        let reader = open_reader(dir.path()).unwrap();
        assert!(matches!(
            check(&reader, &text),
            Err(AppError::Invalid { .. })
        ));
        let row = ServerKey {
            key_id: key.public().id().to_vec(),
            secret: vec![],
            public: serde_json::to_vec(&key.public().to_jwk()).unwrap(),
            created_at: 1,
            retired_at: Some(2),
        };
        store
            .write(move |tx| keys::insert(tx, keys::PERMIT, &row))
            .await
            .unwrap();
        assert_eq!(check(&reader, &text), Ok(claims.clone()));
        let forged = qr::sign(&claims, &IssuerKey::generate(&mut rand::rng())).unwrap();
        assert!(matches!(
            check(&reader, &forged),
            Err(AppError::Invalid { .. })
        ));
        assert!(check(&reader, "https://example.invalid/check#KY1:").is_err());
    }
}
