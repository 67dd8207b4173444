//! The exchange as HTTP: versions, encodings, limits, garbage.

use axum::body::Body;
use axum::http::StatusCode;
use field_core::protocol::{self, ChangeRow, ExchangeReply, limits};

use crate::sync::testing::{World, pass};

const PATH: &str = "/sync/v1/exchange";

async fn status(world: &World, tablet: &crate::sync::testing::Tablet, body: Vec<u8>) -> StatusCode {
    world.post_cbor(tablet, PATH, body).await.0
}

#[tokio::test]
async fn an_old_tablet_is_told_to_update_whatever_else_it_says() {
    let (world, _, _, a, _) = World::two_tablets().await;
    let mut request = a.exchange();
    request.protocol = 0;
    // {0: 0}: nothing but the version.
    for body in [protocol::encode(&request), vec![0xa1, 0x00, 0x00]] {
        let (status, _, body) = world.post_cbor(&a, PATH, body).await;
        assert_eq!(status, StatusCode::UPGRADE_REQUIRED);
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], "update-needed");
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let (world, _, _, a, _) = World::two_tablets().await;
    let mut body = protocol::encode(&a.exchange());
    // One more entry in the outer map: 99 => "new".
    assert_eq!(body[0], 0xa8);
    body[0] = 0xa9;
    body.extend([0x18, 99, 0x63, b'n', b'e', b'w']);
    assert_eq!(status(&world, &a, body).await, StatusCode::OK);
}

#[tokio::test]
async fn garbage_is_a_clear_error() {
    let (world, _, _, a, _) = World::two_tablets().await;
    let good = protocol::encode(&a.exchange());
    let cut = good[..good.len() - 1].to_vec();
    let longer = [good.as_slice(), &[0]].concat();
    for body in [vec![], b"garbage".to_vec(), cut, longer, vec![0x9f; 4_000]] {
        assert_eq!(status(&world, &a, body).await, StatusCode::BAD_REQUEST);
    }
    let request = a
        .request(PATH)
        .method("POST")
        .header("content-type", "text/plain");
    let (status, ..) = world.send(request.body(Body::from(good)).unwrap()).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let nobody = axum::http::Request::post(PATH).body(Body::empty()).unwrap();
    assert_eq!(world.send(nobody).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn zstd_both_ways() {
    let (world, _, doc, mut a, b) = World::two_tablets().await;
    for item in 0..20 {
        a.answer(doc, item, &pass());
    }
    a.sync(&world).await;
    let mut fresh = b.exchange();
    fresh.cursor = None;
    let body = zstd::stream::encode_all(protocol::encode(&fresh).as_slice(), 3).unwrap();
    let request = b
        .request(PATH)
        .method("POST")
        .header("content-type", "application/cbor")
        .header("content-encoding", "zstd")
        .header("accept-encoding", "gzip, zstd;q=0.9");
    let (status, headers, body) = world.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-encoding"], "zstd");
    let body = zstd::stream::decode_all(body.as_ref()).unwrap();
    let reply: ExchangeReply = protocol::decode(&body).unwrap();
    assert_eq!(reply.feed.len(), 1);
}

#[tokio::test]
async fn a_bomb_and_too_much_are_refused() {
    let (world, _, doc, a, _) = World::two_tablets().await;
    let bomb =
        zstd::stream::encode_all(vec![0; limits::MAX_BODY_BYTES * 16].as_slice(), 3).unwrap();
    assert!(bomb.len() < 100_000);
    let zipped = |body: Vec<u8>| {
        let request = a
            .request(PATH)
            .method("POST")
            .header("content-type", "application/cbor")
            .header("content-encoding", "zstd");
        request.body(Body::from(body)).unwrap()
    };
    let (code, ..) = world.send(zipped(bomb)).await;
    assert_eq!(code, StatusCode::PAYLOAD_TOO_LARGE);
    let (code, ..) = world.send(zipped(b"not zstd".to_vec())).await;
    assert_eq!(code, StatusCode::BAD_REQUEST);
    let large = vec![0; limits::MAX_BODY_BYTES + 1];
    assert_eq!(
        status(&world, &a, large).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let mut many = a.exchange();
    many.changes = vec![ChangeRow::new(doc, vec![1]); limits::MAX_CHANGES + 1];
    let body = protocol::encode(&many);
    assert_eq!(
        status(&world, &a, body).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(world.count("quarantine").await, 0);
}

#[tokio::test]
async fn events_poke_the_tablets_concerned() {
    use tokio_stream::StreamExt;
    use tower::ServiceExt;
    let (world, _, doc, mut a, b) = World::two_tablets().await;
    let request = b.request("/sync/v1/events").body(Body::empty()).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let first = stream.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"event: open"));
    a.answer(doc, 0, &pass());
    a.sync(&world).await;
    let news = stream.next().await.unwrap().unwrap();
    assert!(news.starts_with(b"event: poke"), "{news:?}");
    assert!(!String::from_utf8_lossy(&news).contains(&doc.to_string()));
}
