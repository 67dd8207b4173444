//! What an administrator sets: a TOML file, then the environment (`KANYAN_…`, two underscores
//! between section and key), then flags, each over the one before. An unknown key is refused, so
//! that a slip is not a setting without effect.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Environment variables that are read elsewhere, not settings.
const OTHER_VARIABLES: [&str; 3] = ["config", "log", "password"];

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `data`: the data directory, with the database and the evidence files. Default `data`.
    pub data: PathBuf,
    /// `listen`: address and port; port 0 takes a free one. Default `127.0.0.1:8080`. Set `[tls]`,
    /// or put a proxy that speaks TLS in front, before anybody else can reach it.
    pub listen: SocketAddr,
    /// `public_url`: the address under which browsers, tablets and the scanners of permits reach
    /// this server, such as `https://permits.example`. With `https` the session cookie is sent
    /// over TLS only. Default: `http://` (with `[tls]` `https://`) and the listening address.
    pub public_url: Option<String>,
    /// `proxies`: addresses of proxies in front of this server, such as `["127.0.0.1"]`. Only
    /// from them is `X-Forwarded-For` believed; without them all visitors behind a proxy count as
    /// one. Default: none.
    pub proxies: Vec<IpAddr>,
    /// `business_date`: for training, the legal day on which a new data directory starts, such as
    /// `2018-03-12`; it goes on from there. Default: none, the real day.
    pub business_date: Option<Date>,
    /// `rules`: a folder of matters, rulesets and working days that stands in for the built-in
    /// ones. Default: none.
    pub rules: Option<PathBuf>,
    /// `[agency]`: who issues the permits; read by `init` alone and kept in the database.
    pub agency: Agency,
    /// `[tls]`: the server's certificate.
    pub tls: TlsFiles,
    /// `[office]`: what stands on papers besides the agency.
    pub office: Office,
    /// `[limits]`: sizes and times.
    pub limits: Limits,
}

/// The certificate; without it the server speaks plain HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsFiles {
    /// `tls.certificate`: PEM file with the certificate and those between it and the root. Read
    /// at start.
    pub certificate: Option<PathBuf>,
    /// `tls.key`: PEM file with its private key.
    pub key: Option<PathBuf>,
    /// `tls.self_made`: for a pilot, the server makes key and certificate itself and keeps them in
    /// the data directory. Browsers warn; tablets check the fingerprint of their enrolment code.
    /// Default false.
    pub self_made: bool,
    /// `tls.names`: names and addresses for the self-made certificate, besides `localhost`, the
    /// listening address and the host of `public_url`. Default: none.
    pub names: Vec<String>,
}

/// The authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agency {
    /// `agency.name`: as it stands on the permit.
    pub name: String,
    /// `agency.division`: six digits of GB/T 2260; the beginning of case and permit numbers.
    pub division: String,
    /// `agency.permit_prefix`: what stands before the digits of a permit's number.
    pub permit_prefix: String,
}

/// What stands on the papers of the office besides its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Office {
    /// `office.telephone`: for questions; printed on letters. Default: none.
    pub telephone: String,
    /// `office.address`: where the window is. Default: none.
    pub address: String,
    /// `office.seal`: a PNG file with the office's seal, up to 1 MB; without it papers leave its
    /// place free. Default: none.
    pub seal: Option<PathBuf>,
}

/// Limits; a request beyond them is refused, never cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// `limits.form_bytes`: body of a form or JSON request. Default 262144.
    pub form_bytes: usize,
    /// `limits.request_seconds`: time for one request, uploads apart. Default 60.
    pub request_seconds: u64,
    /// `limits.session_idle_minutes`: a session ends when unused for so long. Default 30.
    pub session_idle_minutes: u32,
    /// `limits.session_hours`: a session ends after so long in any case. Default 12.
    pub session_hours: u32,
    /// `limits.requests`: requests worked on at once, uploads apart; more are told to come back.
    /// Default 256.
    pub requests: usize,
    /// `limits.uploads`: uploads taken in at once. Default 128.
    pub uploads: usize,
    /// `limits.door_per_minute`: logins, enrolments and tablets proving themselves in a minute
    /// from one address. Default 240: an office with a hundred tablets behind one address.
    pub door_per_minute: u32,
    /// `limits.account_per_minute`: requests of one officer or tablet in a minute, uploads apart.
    /// Default 1200.
    pub account_per_minute: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            proxies: Vec::new(),
            business_date: None,
            rules: None,
            agency: Agency::default(),
            tls: TlsFiles::default(),
            office: Office::default(),
            limits: Limits::default(),
        }
    }
}

impl Default for Agency {
    fn default() -> Self {
        Self {
            name: "某某市交通运输局".to_owned(),
            division: "330784".to_owned(),
            permit_prefix: "浙交运管许可金字".to_owned(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            form_bytes: 256 << 10,
            request_seconds: 60,
            session_idle_minutes: 30,
            session_hours: 12,
            requests: 256,
            uploads: 128,
            door_per_minute: 240,
            account_per_minute: 1_200,
        }
    }
}

/// Settings given on the command line.
#[derive(Debug, Clone, Default, Serialize, clap::Args)]
pub struct Flags {
    /// Data directory, with the database and the evidence files.
    #[arg(long, global = true, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Address under which others reach this server.
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Training: the legal day on which a new data directory starts (2018-03-12).
    #[arg(long, global = true, value_name = "DATE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_date: Option<Date>,
    /// Folder of rules that stands in for the built-in ones.
    #[arg(long, global = true, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<PathBuf>,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file named on the command line is not there.
    #[error("the configuration file {} cannot be read: check its path", .0.display())]
    NoFile(PathBuf),
    /// An unknown key, or a value of another kind. figment names key and place.
    #[error("the configuration is wrong: {0}")]
    Wrong(String),
    /// A value outside its range.
    #[error("the configuration is wrong: {key} {why}")]
    Value {
        /// Which setting.
        key: &'static str,
        /// What it must be.
        why: &'static str,
    },
}

impl Config {
    /// Reads file, environment and flags, and checks what they say together.
    ///
    /// # Errors
    /// The file is missing, a key unknown, or a value no good; the message names it.
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError::NoFile(path.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(path));
        }
        let config: Self = figment
            .merge(
                Env::prefixed("KANYAN_")
                    .ignore(&OTHER_VARIABLES)
                    .split("__"),
            )
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|e| ConfigError::Wrong(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// What the values say together.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |key, why| Err(ConfigError::Value { key, why });
        if let Some(url) = &self.public_url {
            let host = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            if host.is_none_or(str::is_empty) || url.contains(['#', '?', ' ']) {
                return refuse("public_url", "must be like https://permits.example");
            }
        }
        let division = &self.agency.division;
        if division.len() != 6 || !division.bytes().all(|b| b.is_ascii_digit()) {
            return refuse("agency.division", "must be six digits (GB/T 2260)");
        }
        if self.agency.name.trim().is_empty() {
            return refuse("agency.name", "must not be empty");
        }
        let limits = &self.limits;
        if !(16 << 10..=16 << 20).contains(&limits.form_bytes) {
            return refuse("limits.form_bytes", "must be 16384 to 16777216");
        }
        if !(5..=600).contains(&limits.request_seconds) {
            return refuse("limits.request_seconds", "must be 5 to 600");
        }
        if !(1..=1440).contains(&limits.session_idle_minutes) {
            return refuse("limits.session_idle_minutes", "must be 1 to 1440");
        }
        if !(1..=168).contains(&limits.session_hours) {
            return refuse("limits.session_hours", "must be 1 to 168");
        }
        if !(1..=100_000).contains(&limits.requests) || !(1..=100_000).contains(&limits.uploads) {
            return refuse("limits.requests and limits.uploads", "must be 1 to 100000");
        }
        if limits.door_per_minute == 0 || limits.account_per_minute == 0 {
            return refuse(
                "limits.door_per_minute and limits.account_per_minute",
                "must be at least 1",
            );
        }
        let tls = &self.tls;
        if tls.certificate.is_some() != tls.key.is_some() {
            return refuse("tls.certificate and tls.key", "must be set together");
        }
        if tls.certificate.is_some() && tls.self_made {
            return refuse("tls.self_made", "must not be set beside tls.certificate");
        }
        Ok(())
    }

    /// Whether browsers reach this server over TLS, so that cookies may demand it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        let url = self.public_url.as_deref();
        self.speaks_tls() || url.is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether the server itself speaks TLS.
    #[must_use]
    pub const fn speaks_tls(&self) -> bool {
        self.tls.certificate.is_some() || self.tls.self_made
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kanyan.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(Some(&path), &Flags::default())
    }

    #[test]
    fn nothing_set_is_the_default() {
        assert_eq!(load("").unwrap(), Config::default());
        assert_eq!(
            Config::load(None, &Flags::default()).unwrap(),
            Config::default()
        );
    }

    #[test]
    fn a_flag_stands_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kanyan.toml");
        let text = "listen = \"127.0.0.1:1\"\nbusiness_date = \"2018-03-12\"\n[agency]\nname = \"某某局\"\n";
        std::fs::write(&path, text).unwrap();
        let flags = Flags {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            ..Flags::default()
        };
        let config = Config::load(Some(&path), &flags).unwrap();
        assert_eq!(config.listen.port(), 0);
        assert_eq!(config.business_date, Some(date(2018, 3, 12)));
        assert_eq!(config.agency.name, "某某局");
        assert_eq!(config.agency.division, "330784");
    }

    #[test]
    fn a_slip_is_refused_with_its_name() {
        for (text, names) in [
            ("listne = \"127.0.0.1:1\"", "listne"),
            ("[limits]\nform_byte = 1", "form_byte"),
            ("business_date = \"12.3.2018\"", "business_date"),
            ("public_url = \"permits.example\"", "public_url"),
            ("[agency]\ndivision = \"33\"", "agency.division"),
            ("[limits]\nsession_hours = 0", "limits.session_hours"),
            ("[limits]\nrequests = 0", "limits.requests"),
            ("[tls]\ncertificate = \"a.pem\"", "tls.key"),
            ("proxies = [\"nobody\"]", "proxies"),
        ] {
            let message = load(text).unwrap_err().to_string();
            assert!(message.contains(names), "{message}");
        }
        let missing = Config::load(Some(Path::new("/nowhere.toml")), &Flags::default());
        assert!(matches!(missing, Err(ConfigError::NoFile(_))));
    }
}
