//! What a program writes.

use bytes::Bytes;

pub enum Output {
    Out(Bytes),
    Error(Bytes),
}
