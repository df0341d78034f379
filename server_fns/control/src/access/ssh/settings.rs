//! What the gateway offers to clients, and to the sshd of an instance.

use std::borrow::Cow;
use std::sync::Arc;

use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{MethodKind, MethodSet, Preferred, SshId, cipher, compression, kex};

use super::limits;
use crate::authority::{Authority, BadSecret};

/// Never compressed: it costs time, and its decoders have been ways in. The client's order of ciphers wins; those
/// that processors do in hardware come first where it leaves the choice to us.
fn preferred() -> Preferred {
    Preferred {
        kex: Cow::Borrowed(&[
            kex::MLKEM768X25519_SHA256,
            kex::CURVE25519,
            kex::CURVE25519_PRE_RFC_8731,
            kex::ECDH_SHA2_NISTP256,
            kex::ECDH_SHA2_NISTP384,
            // For what knows no curve: it is the slowest here, so it is the last.
            kex::DH_G14_SHA256,
            kex::EXTENSION_SUPPORT_AS_SERVER,
            kex::EXTENSION_SUPPORT_AS_CLIENT,
            kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
            kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
        ]),
        key: Cow::Borrowed(&[
            Algorithm::Ed25519,
            Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
            Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
            Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
            Algorithm::SkEd25519,
            Algorithm::SkEcdsaSha2NistP256,
            Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
            Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
        ]),
        cipher: Cow::Borrowed(&[
            cipher::AES_128_GCM,
            cipher::AES_256_GCM,
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_CTR,
            cipher::AES_128_CTR,
        ]),
        compression: Cow::Borrowed(&[compression::NONE]),
        ..Preferred::default()
    }
}

pub(crate) fn config(authority: &Authority, host: &str) -> Result<russh::server::Config, BadSecret> {
    let certificate = authority.gateway_certificate(&[host.to_owned()])?;
    Ok(russh::server::Config {
        server_id: SshId::Standard(Cow::Borrowed("SSH-2.0-DockHost")),
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        // A wrong key is no guess at a secret, and an agent offers several: there is nothing to slow down.
        auth_rejection_time: std::time::Duration::ZERO,
        auth_rejection_time_initial: Some(std::time::Duration::ZERO),
        keys: vec![authority.gateway.clone(), authority.gateway_ecdsa.clone()],
        certificates: vec![certificate],
        window_size: limits::WINDOW,
        maximum_packet_size: limits::PACKET,
        channel_buffer_size: limits::MESSAGES,
        event_buffer_size: 64,
        preferred: preferred(),
        max_auth_attempts: limits::KEYS_OFFERED,
        // A shell may stay idle for days; a client that is gone answers no keepalive.
        inactivity_timeout: None,
        keepalive_interval: Some(limits::KEEPALIVE),
        keepalive_max: limits::KEEPALIVES,
        nodelay: true,
        ..russh::server::Config::default()
    })
}

/// For the way from here to an instance's sshd.
pub(super) fn inner() -> Arc<russh::client::Config> {
    Arc::new(russh::client::Config {
        client_id: SshId::Standard(Cow::Borrowed("SSH-2.0-DockHost")),
        window_size: limits::WINDOW,
        maximum_packet_size: limits::PACKET,
        channel_buffer_size: limits::MESSAGES,
        preferred: preferred(),
        inactivity_timeout: None,
        // So that no proxy between node and server ends a silent session. However many have no answer, none is ended: an
        // instance that somebody pauses on its node answers none, and goes on where it stood. The stream itself ends when the
        // node or the container is gone.
        keepalive_interval: Some(limits::KEEPALIVE),
        keepalive_max: 0,
        nodelay: true,
        ..russh::client::Config::default()
    })
}
