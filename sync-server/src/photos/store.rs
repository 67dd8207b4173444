//! A file that came over the counter: put in its place like every other, before the database
//! speaks of it.

use super::disk;
use super::upload::fresh_id;
use crate::app::App;
use crate::error::AppError;
use crate::store::StoreError;
use field_core::digest::Sha256;

/// Puts `content` in its place and answers with its name. The caller writes the row.
///
/// # Errors
/// The disk is full or cannot be written; nothing is kept.
pub(crate) async fn store(app: &App, content: Vec<u8>) -> Result<Sha256, AppError> {
    let data = app.config.data.clone();
    let id = fresh_id();
    let done = tokio::task::spawn_blocking(move || {
        let part = disk::part_path(&data, &id);
        let sha256 = Sha256::of(&content);
        let written = part
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&part, &content))
            .and_then(|()| disk::settle(&data, &part, sha256));
        if let Err(error) = written {
            disk::drop_part(&data, &id);
            let detail = error.to_string();
            return Err(match error.kind() {
                std::io::ErrorKind::StorageFull => StoreError::DiskFull,
                _ => StoreError::File { path: part, detail },
            });
        }
        Ok(sha256)
    });
    let done = done
        .await
        .map_err(|error| AppError::Internal(format!("a file was not kept: {error}")))?;
    Ok(done?)
}
