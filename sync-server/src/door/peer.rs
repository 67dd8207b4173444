//! Who is at the other end of a connection: the address that limits count by. A proxy speaks for
//! others only if the configuration names it; what anybody else writes into a header is ignored.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;

use super::listen::Entry;
use crate::app::App;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Default for Peer {
    /// Requests that came over no network are this machine's own.
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

impl Peer {
    /// What limits count by: an IPv4 address, or the /64 that one subscriber of IPv6 has.
    #[must_use]
    pub fn key(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => {
                let prefix = u128::from(address) >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from(prefix))
            }
            v4 @ IpAddr::V4(_) => v4,
        }
    }
}

/// Where a connection comes from, as the listener saw it.
#[derive(Debug, Clone, Copy)]
pub struct Remote(pub SocketAddr);

impl Connected<IncomingStream<'_, Entry>> for Remote {
    fn connect_info(stream: IncomingStream<'_, Entry>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Puts the [`Peer`] into the request's extensions.
pub async fn find(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let remote = request.extensions().get::<ConnectInfo<Remote>>();
    if let Some(ConnectInfo(Remote(address))) = remote {
        let peer = behind(address.ip(), &app.config.proxies, request.headers());
        request.extensions_mut().insert(Peer(peer));
    }
    next.run(request).await
}

/// The address for which a chain of known proxies speaks, read from its near end.
fn behind(remote: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> IpAddr {
    let mut address = remote.to_canonical();
    let told: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in told.iter().rev() {
        if !proxies.contains(&address) {
            break;
        }
        let Ok(next) = hop.parse::<IpAddr>() else {
            break;
        };
        address = next.to_canonical();
    }
    address
}

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn told(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_a_named_proxy_speaks_for_others() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        for (remote, headers, expected) in [
            ("203.0.113.5", told(&["198.51.100.9"]), "203.0.113.5"),
            ("10.0.0.1", told(&["198.51.100.9"]), "198.51.100.9"),
            ("10.0.0.1", told(&["1.2.3.4, 198.51.100.9"]), "198.51.100.9"),
            (
                "10.0.0.1",
                told(&["1.2.3.4", "198.51.100.9, 10.0.0.2"]),
                "198.51.100.9",
            ),
            ("10.0.0.1", told(&["nonsense"]), "10.0.0.1"),
            ("10.0.0.1", told(&[]), "10.0.0.1"),
            ("::ffff:10.0.0.1", told(&["198.51.100.9"]), "198.51.100.9"),
        ] {
            assert_eq!(behind(ip(remote), &proxies, &headers), ip(expected));
        }
    }

    #[test]
    fn a_subscriber_of_ipv6_has_one_key() {
        let key = |text: &str| Peer(text.parse().unwrap()).key();
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }
}
