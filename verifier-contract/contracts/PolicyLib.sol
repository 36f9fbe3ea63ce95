// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Which policies are well-formed.
/// @dev minCompleted u32 | minClients u32<<32 | minSuccessBps u16<<64 | minRating u8<<80 | minVolume u96<<88
/// | minAgeDays u16<<184 | minRatedBps u16<<200 | minKeptBps u16<<216 | freeOpen u16<<232; bits from 248 up are 0.
library PolicyLib {
    uint256 private constant BPS = 10_000;

    /// @dev Refuses unused bits, shares above 10,000 bps, ratings above 100, and a share or mean over completed jobs where no
    /// completed job is asked for: with none, such a threshold would hold for an empty record. 0 admits anyone.
    function isWellFormed(uint256 policy) internal pure returns (bool) {
        uint256 minSuccessBps = uint16(policy >> 64);
        uint256 minRating = uint8(policy >> 80);
        uint256 minRatedBps = uint16(policy >> 200);
        uint256 minKeptBps = uint16(policy >> 216);
        if (policy >> 248 != 0) return false;
        if (minSuccessBps > BPS || minRatedBps > BPS || minKeptBps > BPS || minRating > 100) return false;
        return uint32(policy) != 0 || (minSuccessBps == 0 && minRating == 0 && minRatedBps == 0);
    }
}
