//! A contribution: the key's δ times a secret, and the proof that its maker knew the secret.

use super::hash::{accumulated, challenge};
use super::random::Stream;
use super::{CeremonyError, Meter};
use crate::engine::columns::scale_g1;
use crate::iden3::points::{FilePoint, section_of};
use crate::iden3::zkey::{Beacon, Contribution, Zkey};
use crate::progress::{Event, Progress};
use ark_bn254::{Fr, G1Affine};
use ark_ec::CurveGroup;
use ark_ff::{Field, Zero};
use blake2::{Blake2b512, Digest as _};
use rand::RngCore;
use rand::rngs::OsRng;
use zeroize::{Zeroize, Zeroizing};

/// Names are cut off here by snarkjs.
const NAME_CHARACTERS: usize = 64;
/// Files tell the length of a name in one byte.
const NAME_BYTES: usize = 255;

/// Contributes a secret that is made from the operating system's random numbers and from `typed`,
/// what the contributor typed, and is forgotten afterwards. One honest contributor is enough for
/// the ceremony. `name` is published with the contribution.
///
/// The points of L and H are checked; whether the key is what it should be is for
/// [`verify`](super::verify) to say.
///
/// # Errors
/// [`CeremonyError::Name`], [`CeremonyError::Over`], [`CeremonyError::Entropy`] and
/// [`CeremonyError::Read`] for a bad point.
pub fn contribute(
    zkey: &Zkey,
    name: Option<&str>,
    typed: &[u8],
    progress: &(dyn Progress + Sync),
) -> Result<Zkey, CeremonyError> {
    let mut random = Zeroizing::new([0; 64]);
    OsRng
        .try_fill_bytes(&mut random[..])
        .map_err(CeremonyError::Entropy)?;
    let mut hash = Zeroizing::new(<[u8; 64]>::from(
        Blake2b512::new()
            .chain_update(&random[..])
            .chain_update(typed)
            .finalize(),
    ));
    let mut seed = Zeroizing::new([0; 32]);
    seed.copy_from_slice(&hash[..32]);
    hash.zeroize();
    apply(zkey, name, None, &mut Stream::new(&seed), progress)
}

/// Contributes a value that became public after the last contributor was done, so that none of them
/// could choose the outcome. Hashing it 2^10 times takes no time, 2^30 times some minutes.
///
/// # Errors
/// As [`contribute`].
pub fn beacon(
    zkey: &Zkey,
    name: Option<&str>,
    beacon: &Beacon,
    progress: &(dyn Progress + Sync),
) -> Result<Zkey, CeremonyError> {
    let mut stream = Stream::of_beacon(beacon, |done, total| {
        progress.on(Event::Step {
            task: "hashing the beacon",
            done: (done >> 10) as usize,
            total: (total >> 10) as usize,
        });
    });
    apply(zkey, name, Some(beacon.clone()), &mut stream, progress)
}

fn apply(
    zkey: &Zkey,
    name: Option<&str>,
    beacon: Option<Beacon>,
    stream: &mut Stream,
    progress: &(dyn Progress + Sync),
) -> Result<Zkey, CeremonyError> {
    if name.is_some_and(|name| {
        !(1..=NAME_CHARACTERS).contains(&name.chars().count())
            || name.len() > NAME_BYTES
            || name.chars().any(char::is_control)
    }) {
        return Err(CeremonyError::Name);
    }
    let before = &zkey.transcript().contributions;
    if before.last().is_some_and(|last| last.beacon.is_some()) {
        return Err(CeremonyError::Over);
    }
    // Zero has no inverse and comes once in 2^254.
    let secret = loop {
        let secret = Zeroizing::new(stream.scalar());
        if !secret.is_zero() {
            break secret;
        }
    };
    let inverse = Zeroizing::new(secret.inverse().expect("it is not zero"));
    let s = stream.g1();
    let sx = (s * *secret).into_affine();
    let challenge = challenge(accumulated(zkey.transcript(), before.len()), &s, &sx);
    let sp = Stream::of_hash(&challenge).g2();
    let contribution = Contribution {
        delta_after: (zkey.header.delta_g1 * *secret).into_affine(),
        s,
        sx,
        spx: (sp * *secret).into_affine(),
        challenge,
        name: name.map(str::to_owned),
        beacon,
    };
    let delta_g2 = (zkey.header.delta_g2 * *secret).into_affine();
    let (l, h) = (zkey.points(8)?, zkey.points(9)?);
    let meter = Meter::new(progress, "contributing", l.len() + h.len());
    let scaled = |points: &[G1Affine], inverse: Fr| {
        section_of(&scale_g1(points, inverse, &|work| meter.add(work)))
    };
    let sections = [
        {
            let mut section = Vec::new();
            contribution.delta_after.put(&mut section);
            section
        },
        scaled(&l, *inverse),
        scaled(&h, *inverse),
    ];
    let contributed = zkey.contributed(sections, delta_g2, contribution);
    progress.on(Event::Finished);
    Ok(contributed)
}
