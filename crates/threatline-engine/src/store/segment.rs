//! One immutable file of records, sorted by key.
//!
//! Header, a table of buckets over the first bits of the keys, the sorted index, the values. Of a large
//! segment the table is read when it is opened, and then positioned reads fetch what is asked for, two
//! for a hit; of a small one the index is read too, so that a miss, of which there are many, reads nothing.
//! Every offset that is read is checked against the file, and every record against its own sum.

use super::Key;
use std::fs::File;
use std::io::Write;
#[cfg(not(unix))]
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use twox_hash::XxHash3_64;

pub(super) const EXTENSION: &str = "tls";
/// A longer value is not remembered.
pub(super) const MAX_VALUE: usize = 1 << 30;
const MAGIC: &[u8; 8] = b"TLSEG\0\0\x03";
const HEADER: u64 = 8 + 8 + 4 + 4;
const INDEX_ENTRY: u64 = 32 + 8 + 4 + 8;
/// Up to this size everything before the values is read when a segment is opened.
const SMALL: u64 = 64 << 10;
/// So much is read at first: the segment of one hook has no more before its values.
const FIRST: u64 = 4 << 10;

/// An open segment.
pub(super) struct Segment {
    path: PathBuf,
    file: Mutex<File>,
    bytes: u64,
    count: u64,
    bucket_bits: u32,
    /// What was read of the file: header and buckets, which say where each begins in the index and where the last
    /// one ends; of a small segment the index, too.
    head: Vec<u8>,
}

/// Where a value lies.
struct Place {
    key: Key,
    offset: u64,
    len: u32,
    check: u64,
}

/// A value with the sum over it and its key: made where the value is, by whichever thread.
pub(super) struct Value {
    pub(super) bytes: Vec<u8>,
    check: u64,
}

impl Value {
    pub(super) fn new(key: &Key, bytes: Vec<u8>) -> Self {
        Self { check: check(key, &bytes), bytes }
    }
}

impl Segment {
    /// Opens a segment; none if it is not one of this form.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let bytes = file.metadata().ok()?.len();
        let mut segment = Self { path: path.to_owned(), file: Mutex::new(file), bytes, count: 0, bucket_bits: 0, head: Vec::new() };
        segment.head = segment.read(0, bytes.min(FIRST))?;
        segment.count = u64_at(&segment.head, 8)?;
        segment.bucket_bits = u32_at(&segment.head, 16)?;
        let is_one = segment.head.starts_with(MAGIC) && segment.bucket_bits <= 24 && segment.count < u64::from(u32::MAX);
        if !is_one || segment.values_at() > bytes {
            return None;
        }
        let end = if segment.values_at() <= SMALL { segment.values_at() } else { segment.index_at() };
        let read = segment.head.len() as u64;
        if read < end {
            let rest = segment.read(read, end - read)?;
            segment.head.extend(rest);
        }
        Some(segment)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The value of a key, if it is here and whole.
    pub(super) fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let at = HEADER as usize + bucket_of(key, self.bucket_bits) as usize * 4;
        let (from, to) = (u64::from(u32_at(&self.head, at)?), u64::from(u32_at(&self.head, at + 4)?));
        if from > to || to > self.count {
            return None;
        }
        let (from, to) = (self.index_at() + from * INDEX_ENTRY, self.index_at() + to * INDEX_ENTRY);
        let place = match self.head.get(from as usize..to as usize) {
            Some(index) => Place::of(key, index),
            None => Place::of(key, &self.read(from, to - from)?),
        };
        self.value(&place?)
    }

    /// Every record that is whole, in the order of keys.
    pub(super) fn records(&self) -> Vec<(Key, Value)> {
        let Some(index) = self.read(self.index_at(), self.count * INDEX_ENTRY) else { return Vec::new() };
        let places = index.chunks_exact(INDEX_ENTRY as usize).filter_map(Place::read);
        places.filter_map(|place| Some((place.key, Value { bytes: self.value(&place)?, check: place.check }))).collect()
    }

    fn value(&self, place: &Place) -> Option<Vec<u8>> {
        let value = self.read(self.values_at().checked_add(place.offset)?, u64::from(place.len))?;
        (check(&place.key, &value) == place.check).then_some(value)
    }

    fn index_at(&self) -> u64 {
        HEADER + ((1 << self.bucket_bits) + 1) * 4
    }

    fn values_at(&self) -> u64 {
        self.index_at() + self.count * INDEX_ENTRY
    }

    fn read(&self, from: u64, len: u64) -> Option<Vec<u8>> {
        from.checked_add(len).filter(|end| *end <= self.bytes)?;
        let mut buffer = vec![0; len as usize];
        read_at(&self.file, from, &mut buffer).ok()?;
        Some(buffer)
    }
}

#[cfg(unix)]
fn read_at(file: &Mutex<File>, from: u64, buffer: &mut [u8]) -> std::io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.lock().unwrap_or_else(PoisonError::into_inner).read_exact_at(buffer, from)
}

#[cfg(not(unix))]
fn read_at(file: &Mutex<File>, from: u64, buffer: &mut [u8]) -> std::io::Result<()> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(from))?;
    file.read_exact(buffer)
}

impl Place {
    /// Where the value of that key lies, in a piece of the index.
    fn of(key: &Key, index: &[u8]) -> Option<Self> {
        index.chunks_exact(INDEX_ENTRY as usize).find(|entry| entry.starts_with(&key.0)).and_then(Self::read)
    }

    fn read(entry: &[u8]) -> Option<Self> {
        let key = Key(entry.get(..32)?.try_into().ok()?);
        Some(Self { key, offset: u64_at(entry, 32)?, len: u32_at(entry, 40)?, check: u64_at(entry, 44)? })
    }
}

/// Writes records, sorted by key, as a new segment of that folder. The name follows from the content, so two
/// processes that worked out the same write the same file.
pub(super) fn write(folder: &Path, records: &[(Key, Value)]) -> std::io::Result<PathBuf> {
    let head = head(records);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head);
    let name = &hasher.finalize().to_hex()[..32];
    let path = folder.join(format!("{name}.{EXTENSION}"));
    if holds(&path, &head, records) {
        return Ok(path);
    }
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let part = folder.join(format!("tmp-{}-{number}-{name}", std::process::id()));
    let written = write_all(&part, &head, records).and_then(|()| std::fs::rename(&part, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.map(|()| path)
}

/// Whether the file of that name is what is to be written, and not what is left of it.
fn holds(path: &Path, head: &[u8], records: &[(Key, Value)]) -> bool {
    let Ok(there) = std::fs::read(path) else { return false };
    let values = records.iter().map(|(_, value)| value.bytes.as_slice());
    std::iter::once(head).chain(values).try_fold(&there[..], |rest, part| rest.strip_prefix(part)).is_some_and(<[u8]>::is_empty)
}

fn write_all(path: &Path, head: &[u8], records: &[(Key, Value)]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::with_capacity(256 << 10, File::create(path)?);
    file.write_all(head)?;
    for (_, value) in records {
        file.write_all(&value.bytes)?;
    }
    file.flush()
}

/// Header, buckets and index. It holds a sum of every value, so its own digest names the whole file.
fn head(records: &[(Key, Value)]) -> Vec<u8> {
    let count = records.len() as u64;
    let bucket_bits = (count / 16).checked_ilog2().map_or(0, |bits| bits + 1).min(24);
    let mut head = Vec::with_capacity((HEADER + count * INDEX_ENTRY + (1 << bucket_bits) * 4 + 4) as usize);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&count.to_le_bytes());
    head.extend_from_slice(&bucket_bits.to_le_bytes());
    head.extend_from_slice(&0u32.to_le_bytes());
    let mut buckets = vec![0u32; (1 << bucket_bits) + 1];
    for (key, _) in records {
        buckets[bucket_of(key, bucket_bits) as usize + 1] += 1;
    }
    for at in 1..buckets.len() {
        buckets[at] += buckets[at - 1];
    }
    buckets.iter().for_each(|start| head.extend_from_slice(&start.to_le_bytes()));
    let mut offset = 0u64;
    for (key, value) in records {
        head.extend_from_slice(&key.0);
        head.extend_from_slice(&offset.to_le_bytes());
        head.extend_from_slice(&(value.bytes.len() as u32).to_le_bytes());
        head.extend_from_slice(&value.check.to_le_bytes());
        offset += value.bytes.len() as u64;
    }
    head
}

fn bucket_of(key: &Key, bits: u32) -> u64 {
    let first = u32::from_be_bytes([key.0[0], key.0[1], key.0[2], key.0[3]]);
    u64::from(first.checked_shr(32 - bits).unwrap_or(0))
}

/// Against damage, not against people: whoever can write here can write any record. A record is read more often
/// than anything is hashed, so this is the quick kind of sum.
fn check(key: &Key, value: &[u8]) -> u64 {
    let of_key = XxHash3_64::oneshot(&key.0);
    XxHash3_64::oneshot_with_seed(of_key, value)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
