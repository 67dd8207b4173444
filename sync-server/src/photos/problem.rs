//! What goes wrong with uploads, said so that tablet and inspector know what to do.

use axum::http::StatusCode;

use crate::error::Problem;

/// tus: the bytes do not fit their checksum.
const CHECKSUM_MISMATCH: u16 = 460;

/// The request is not tus 1.0.
pub(super) fn version() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "tus-version",
        "上传协议版本不符：请更新平板程序",
        "Tus-Resumable: 1.0.0 is expected",
    )
}

/// A header is missing or cannot be read.
pub(super) fn header(name: &'static str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "upload-header",
        "上传请求不完整：请更新平板程序",
        format!("the header {name} is missing or cannot be read"),
    )
}

/// Nobody named this file, or not to this tablet; or there is no such upload of this tablet.
pub(super) fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown-file",
        "服务器上还没有引用这张照片的记录：请先同步勘验记录",
        "no admitted change in this tablet's scope names the file, or there is no such upload",
    )
}

/// Its bytes are here already.
pub(super) fn held() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "already-held",
        "服务器已有这张照片，无需再传",
        "the file is held already",
    )
}

/// Longer than anything that is taken, or than was announced.
pub(super) fn too_long() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "文件过大，或超过了开始上传时声明的大小",
        "the file is too large, or longer than announced when the upload was begun",
    )
}

/// Too many begun by this tablet.
pub(super) fn too_many() -> Problem {
    Problem {
        retry_after: Some(60),
        ..Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-uploads",
            "本平板未完成的上传过多：请先续传已开始的文件",
            "this tablet has too many unfinished uploads: finish those first",
        )
    }
}

/// Somebody is writing to this upload right now.
pub(super) fn locked() -> Problem {
    Problem {
        retry_after: Some(5),
        ..Problem::new(
            StatusCode::LOCKED,
            "upload-locked",
            "这个文件正在上传：请稍后续传",
            "another request is writing to this upload: try again in a moment",
        )
    }
}

/// The client does not know how far the upload has come.
pub(super) fn offset() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "upload-offset",
        "续传位置不符：平板会重新查询后续传",
        "the offset is not where the upload stands: ask with HEAD",
    )
}

/// The upload was given up.
pub(super) fn expired() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "upload-expired",
        "上传已过期：平板会重新开始",
        "the upload has expired: begin again",
    )
}

/// A piece's checksum is wrong; the piece is dropped.
pub(super) fn checksum() -> Problem {
    mismatch(
        "checksum",
        "这一段数据在途中损坏，已丢弃：平板会重传",
        "this piece was damaged on the way and dropped: send it again",
    )
}

/// The whole file is not what it was said to be; it is dropped.
pub(super) fn wrong_hash() -> Problem {
    mismatch(
        "wrong-hash",
        "收到的文件与记录中的哈希不符，已丢弃：平板会重新上传；若反复出现，请重新拍照",
        "the file does not have the hash it was announced with and was dropped: upload it again; if that fails too, take the photo again",
    )
}

fn mismatch(code: &'static str, zh: &str, en: &str) -> Problem {
    let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
    Problem::new(status, code, zh, en)
}

/// The file is no picture of the kind that is taken; it is dropped.
pub(super) fn not_a_picture(expected: &str) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "not-a-picture",
        format!("文件不是 {expected} 图片，已丢弃：请重新拍照"),
        format!("the file is no {expected} picture and was dropped: take the photo again"),
    )
}

/// The connection ended before the piece did; what arrived is kept.
pub(super) fn cut() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "cut",
        "连接中断：已收到的部分保留，平板会续传",
        "the connection was cut: what arrived is kept, go on from where HEAD says",
    )
}

/// The disk is full; what arrived is kept.
pub(super) fn disk_full() -> Problem {
    Problem {
        retry_after: Some(300),
        ..Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk-full",
            "服务器磁盘已满，已收到的部分保留：请联系管理员清理空间后续传",
            "the server's disk is full; what arrived is kept: ask the administrator to free space, then go on",
        )
    }
}
