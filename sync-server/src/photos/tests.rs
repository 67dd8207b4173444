//! Uploads in pieces, as tablets on bad networks make them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use data_encoding::BASE64;
use field_core::digest::Sha256;
use field_core::ids::DocId;
use field_core::protocol;

use super::{disk, open};
use crate::store::inspections;
use crate::sync::testing::{Tablet, World, photo, receipt};
use field_core::protocol::HaveReply;

const PIECE: &str = "application/offset+octet-stream";

/// A file that begins like a JPEG.
fn jpeg(name: &str, bytes: usize) -> Vec<u8> {
    let mut file = b"\xff\xd8\xff\xe0".to_vec();
    file.extend(name.as_bytes());
    file.resize(bytes, 7);
    file
}

struct Shoot {
    world: World,
    doc: DocId,
    a: Tablet,
    b: Tablet,
    files: [Vec<u8>; 3],
}

impl Shoot {
    /// One photo is named by an admitted change.
    async fn new() -> Self {
        let (world, _, doc, mut a, b) = World::two_tablets().await;
        let files = [
            jpeg("evidence", 5_000),
            jpeg("thumbnail", 500),
            [b"\x89PNG\r\n\x1a\n".as_slice(), &[3; 900]].concat(),
        ];
        let item = a.items(doc)[0].clone();
        let [one, two, three] = &files;
        a.add_photo(doc, photo(&item, [one, two, three]));
        a.sync(&world).await;
        Self {
            world,
            doc,
            a,
            b,
            files,
        }
    }

    async fn have(&self, tablet: &Tablet, files: &[Sha256]) -> Vec<(bool, Option<String>)> {
        let body = protocol::encode(&files.to_vec());
        let (status, _, body) = self.world.post_cbor(tablet, "/photos/have", body).await;
        assert_eq!(status, StatusCode::OK);
        let reply: HaveReply = protocol::decode(&body).unwrap();
        assert!(
            reply
                .blobs
                .iter()
                .map(|one| one.sha256)
                .eq(files.iter().copied())
        );
        let answers = reply.blobs.into_iter();
        answers.map(|one| (one.held, one.upload)).collect()
    }

    async fn begin(
        &self,
        tablet: &Tablet,
        sha256: Sha256,
        length: usize,
    ) -> (StatusCode, HeaderMap, Bytes) {
        let metadata = format!("sha256 {}", BASE64.encode(sha256.to_string().as_bytes()));
        let request = tablet
            .request("/photos/uploads")
            .method("POST")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", length)
            .header("upload-metadata", metadata);
        self.world.send(request.body(Body::empty()).unwrap()).await
    }

    async fn patch(
        &self,
        tablet: &Tablet,
        url: &str,
        offset: usize,
        piece: &[u8],
        checksum: Option<&[u8]>,
    ) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = tablet
            .request(url)
            .method("PATCH")
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", offset)
            .header("content-type", PIECE);
        if let Some(of) = checksum {
            let digest = BASE64.encode(Sha256::of(of).as_ref());
            request = request.header("upload-checksum", format!("sha256 {digest}"));
        }
        let body = Body::from(piece.to_vec());
        self.world.send(request.body(body).unwrap()).await
    }

    async fn offset(&self, tablet: &Tablet, url: &str) -> Result<u64, StatusCode> {
        let request = tablet
            .request(url)
            .method("HEAD")
            .header("tus-resumable", "1.0.0");
        let (status, headers, _) = self.world.send(request.body(Body::empty()).unwrap()).await;
        if status != StatusCode::OK {
            return Err(status);
        }
        assert_eq!(headers["cache-control"], "no-store");
        Ok(headers["upload-offset"].to_str().unwrap().parse().unwrap())
    }

    async fn upload(&self, file: &[u8]) -> (StatusCode, HeaderMap, Bytes) {
        let url = self.have(&self.a, &[Sha256::of(file)]).await.remove(0).1;
        self.patch(&self.a, &url.unwrap(), 0, file, None).await
    }

    async fn get(
        &self,
        tablet: &Tablet,
        sha256: Sha256,
        range: Option<&str>,
    ) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = tablet.request(&format!("/photos/{sha256}"));
        if let Some(range) = range {
            request = request.header("range", range);
        }
        self.world.send(request.body(Body::empty()).unwrap()).await
    }
}

fn code(body: &[u8]) -> String {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_cut() {
    let mut shoot = Shoot::new().await;
    let file = shoot.files[0].clone();
    let sha256 = Sha256::of(&file);
    let answers = shoot.have(&shoot.a, &[sha256]).await;
    let url = answers[0].1.clone().unwrap();
    assert_eq!(
        shoot.have(&shoot.a, &[sha256]).await,
        answers,
        "one upload, asked twice"
    );

    let (status, headers, _) = shoot.patch(&shoot.a, &url, 0, &file[..1000], None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(headers["upload-offset"], "1000");
    assert!(headers["upload-expires"].to_str().unwrap().ends_with("GMT"));
    // The connection breaks in the middle of a piece.
    let pieces = [
        Ok(Bytes::copy_from_slice(&file[1000..1500])),
        Err(std::io::Error::other("cut")),
    ];
    let request = shoot
        .a
        .request(&url)
        .method("PATCH")
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", 1000)
        .header("content-type", PIECE);
    let body = Body::from_stream(tokio_stream::iter(pieces));
    let (status, ..) = shoot.world.send(request.body(body).unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(shoot.offset(&shoot.a, &url).await, Ok(1500));

    let (status, _, body) = shoot.patch(&shoot.a, &url, 1000, &file[1000..], None).await;
    assert_eq!(
        (status, code(&body).as_str()),
        (StatusCode::CONFLICT, "upload-offset")
    );
    let (status, ..) = shoot
        .patch(&shoot.a, &url, 1500, &file[1500..], Some(&file[1500..]))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        shoot.offset(&shoot.a, &url).await,
        Ok(5_000),
        "after a lost answer"
    );
    let (status, ..) = shoot.patch(&shoot.a, &url, 5_000, &[], None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);

    assert_eq!(shoot.have(&shoot.b, &[sha256]).await, [(true, None)]);
    let path = disk::blob_path(&shoot.world.app.config.data, sha256);
    assert_eq!(std::fs::read(path).unwrap(), file);
    let uploads = shoot.world.app.config.data.join("uploads");
    assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 0);
    let reply = shoot.a.sync(&shoot.world).await;
    assert_eq!(receipt(&shoot.world, &reply).blobs, [sha256]);
    let blob = open(&shoot.world.app, sha256).await.unwrap();
    assert_eq!((blob.bytes, blob.media.as_str()), (5_000, "image/jpeg"));
}

#[tokio::test]
async fn what_is_not_what_it_should_be_is_dropped() {
    let shoot = Shoot::new().await;
    let mut wrong = shoot.files[0].clone();
    wrong[4_999] ^= 1;
    let sha256 = Sha256::of(&shoot.files[0]);
    let url = shoot.have(&shoot.a, &[sha256]).await.remove(0).1.unwrap();
    let (status, _, body) = shoot.patch(&shoot.a, &url, 0, &wrong, None).await;
    assert_eq!((status.as_u16(), code(&body).as_str()), (460, "wrong-hash"));
    assert_eq!(
        shoot.offset(&shoot.a, &url).await,
        Err(StatusCode::NOT_FOUND)
    );
    assert!(!shoot.have(&shoot.a, &[sha256]).await[0].0);
    assert!(open(&shoot.world.app, sha256).await.is_err());
    let uploads = shoot.world.app.config.data.join("uploads");
    assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 0);

    // A piece that was damaged on the way is taken back; the upload goes on.
    let file = &shoot.files[0];
    let url = shoot.have(&shoot.a, &[sha256]).await.remove(0).1.unwrap();
    let (status, _, body) = shoot
        .patch(&shoot.a, &url, 0, &wrong[..100], Some(&file[..99]))
        .await;
    assert_eq!((status.as_u16(), code(&body).as_str()), (460, "checksum"));
    assert_eq!(shoot.offset(&shoot.a, &url).await, Ok(0));
    // Nor may it become longer than announced.
    let longer = [file.as_slice(), b"more"].concat();
    let (status, ..) = shoot.patch(&shoot.a, &url, 0, &longer, None).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(shoot.offset(&shoot.a, &url).await, Ok(0));
    assert_eq!(
        shoot.patch(&shoot.a, &url, 0, file, None).await.0,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn evidence_is_jpeg_and_an_original_any_picture() {
    let mut shoot = Shoot::new().await;
    assert_eq!(
        shoot.upload(&shoot.files[2]).await.0,
        StatusCode::NO_CONTENT
    );
    let png = Sha256::of(&shoot.files[2]);
    assert_eq!(
        open(&shoot.world.app, png).await.unwrap().media,
        "image/png"
    );

    let html = b"<html><script>alert(1)</script></html>".to_vec();
    let other_png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[4; 90]].concat();
    let item = shoot.a.items(shoot.doc)[1].clone();
    let one = photo(&item, [&other_png, &html, b"%PDF-1.7 not a picture"]);
    shoot.a.add_photo(shoot.doc, one);
    shoot.a.sync(&shoot.world).await;
    for bad in [&other_png[..], &html, b"%PDF-1.7 not a picture"] {
        let (status, _, body) = shoot.upload(bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code(&body), "not-a-picture");
    }
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let shoot = Shoot::new().await;
    let file = &shoot.files[0];
    let sha256 = Sha256::of(file);
    shoot.upload(file).await;
    let unknown = Sha256::of(b"nobody named this");
    let stranger = shoot.world.tablet(2, 3).await;
    let url = shoot
        .have(&shoot.a, &[Sha256::of(&shoot.files[1])])
        .await
        .remove(0)
        .1
        .unwrap();
    assert_eq!(
        shoot.have(&stranger, &[sha256, unknown]).await,
        [(false, None), (false, None)]
    );
    assert_eq!(shoot.have(&shoot.a, &[unknown]).await, [(false, None)]);
    for hash in [sha256, unknown] {
        let (status, _, body) = shoot.get(&stranger, hash, None).await;
        assert_eq!(
            (status, code(&body).as_str()),
            (StatusCode::NOT_FOUND, "unknown-file")
        );
        let (status, ..) = shoot.begin(&stranger, hash, 5_000).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    // Another tablet's upload is nobody else's business.
    assert_eq!(
        shoot.offset(&shoot.b, &url).await,
        Err(StatusCode::NOT_FOUND)
    );
    let (status, ..) = shoot.patch(&shoot.b, &url, 0, b"x", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let many = protocol::encode(&vec![sha256; protocol::limits::MAX_HAVE + 1]);
    let (status, ..) = shoot.world.post_cbor(&shoot.a, "/photos/have", many).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn tus_from_creation_to_termination() {
    let shoot = Shoot::new().await;
    let file = &shoot.files[0];
    let sha256 = Sha256::of(file);
    let request = shoot.a.request("/photos/uploads").method("OPTIONS");
    let (_, headers, _) = shoot.world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(headers["tus-version"], "1.0.0");
    assert_eq!(headers["tus-checksum-algorithm"], "sha256");

    let (status, headers, _) = shoot.begin(&shoot.a, sha256, file.len()).await;
    assert_eq!(status, StatusCode::CREATED);
    let url = headers["location"].to_str().unwrap().to_owned();
    let (_, again, _) = shoot.begin(&shoot.a, sha256, file.len()).await;
    assert_eq!(again["location"], url.as_str(), "begun once");
    let too_long = protocol::limits::MAX_BLOB_BYTES as usize + 1;
    assert_eq!(
        shoot.begin(&shoot.a, sha256, too_long).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );

    let no_version = shoot
        .a
        .request(&url)
        .method("HEAD")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        shoot.world.send(no_version).await.0,
        StatusCode::PRECONDITION_FAILED
    );
    let give_up = shoot
        .a
        .request(&url)
        .method("DELETE")
        .header("tus-resumable", "1.0.0");
    let (status, ..) = shoot.world.send(give_up.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        shoot.offset(&shoot.a, &url).await,
        Err(StatusCode::NOT_FOUND)
    );

    // Created and sent at once.
    let metadata = format!("sha256 {}", BASE64.encode(sha256.as_ref()));
    let request = shoot
        .a
        .request("/photos/uploads")
        .method("POST")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", file.len())
        .header("upload-metadata", metadata)
        .header("content-type", PIECE);
    let (status, headers, _) = shoot
        .world
        .send(request.body(Body::from(file.clone())).unwrap())
        .await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(headers["upload-offset"], "5000");
    let (status, _, body) = shoot.begin(&shoot.a, sha256, file.len()).await;
    assert_eq!(
        (status, code(&body).as_str()),
        (StatusCode::CONFLICT, "already-held")
    );
}

#[tokio::test]
async fn an_expired_upload_is_gone() {
    let shoot = Shoot::new().await;
    let sha256 = Sha256::of(&shoot.files[0]);
    let url = shoot.have(&shoot.a, &[sha256]).await.remove(0).1.unwrap();
    let later = shoot.world.app.clock.now_ms() - 1;
    let expire = shoot.world.app.store.write(move |tx| {
        tx.execute("UPDATE uploads SET expires_at = ?1", [later])?;
        Ok(())
    });
    expire.await.unwrap();
    assert_eq!(shoot.offset(&shoot.a, &url).await, Err(StatusCode::GONE));
    assert_eq!(
        shoot.patch(&shoot.a, &url, 0, b"x", None).await.0,
        StatusCode::GONE
    );
    let fresh = shoot.have(&shoot.a, &[sha256]).await.remove(0).1.unwrap();
    assert_ne!(fresh, url);
}

#[tokio::test]
async fn one_request_writes_at_a_time() {
    let shoot = Shoot::new().await;
    let sha256 = Sha256::of(&shoot.files[0]);
    let url = shoot.have(&shoot.a, &[sha256]).await.remove(0).1.unwrap();
    let id = url.rsplit('/').next().unwrap();
    let part = disk::part_path(&shoot.world.app.config.data, id);
    let lock = super::receive::Lock::take(&part).unwrap();
    let (status, _, body) = shoot.patch(&shoot.a, &url, 0, &shoot.files[0], None).await;
    assert_eq!(
        (status, code(&body).as_str()),
        (StatusCode::LOCKED, "upload-locked")
    );
    drop(lock);
    let (status, ..) = shoot.patch(&shoot.a, &url, 0, &shoot.files[0], None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn files_are_served_in_ranges_and_kept_by_caches() {
    let shoot = Shoot::new().await;
    let file = &shoot.files[0];
    let sha256 = Sha256::of(file);
    shoot.upload(file).await;
    let (status, headers, body) = shoot.get(&shoot.b, sha256, None).await;
    assert_eq!((status, &body[..]), (StatusCode::OK, file.as_slice()));
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(
        headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    let (status, headers, body) = shoot.get(&shoot.b, sha256, Some("bytes=10-19")).await;
    assert_eq!(
        (status, &body[..]),
        (StatusCode::PARTIAL_CONTENT, &file[10..20])
    );
    assert_eq!(headers["content-range"], "bytes 10-19/5000");
    let (status, ..) = shoot.get(&shoot.b, sha256, Some("bytes=5000-")).await;
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
    let request = shoot
        .b
        .request(&format!("/photos/{sha256}"))
        .header("if-none-match", format!("\"{sha256}\""));
    let (status, _, body) = shoot.world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn the_last_photo_seals() {
    let mut shoot = Shoot::new().await;
    let doc = shoot.doc;
    shoot.b.sync(&shoot.world).await;
    let applicant = shoot.a.confirm(doc);
    shoot.a.sign_off(doc, applicant);
    shoot.a.sync(&shoot.world).await;
    shoot.b.sync(&shoot.world).await;
    shoot.b.sign_off(doc, applicant);
    shoot.b.sync(&shoot.world).await;
    let store = shoot.world.app.store.clone();
    let sealed = || async {
        let row = store.read(move |c| inspections::get(c, doc));
        row.await.unwrap().unwrap().sealed
    };
    assert_eq!(sealed().await, None);
    let mut pokes = shoot.world.app.pokes();
    shoot.upload(&shoot.files[0]).await;
    assert_eq!(sealed().await, Some(shoot.a.heads(doc)));
    assert!(pokes.recv().await.is_ok());
}
