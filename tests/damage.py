"""Damaged copies of good files: what a bad disk, a broken copy or a program that died leave behind."""

import random


def zeroed(content: bytearray, rng: random.Random) -> None:
    """A sector that was never written."""
    at = rng.randrange(0, max(1, len(content) // 512)) * 512
    content[at : at + 512] = bytes(len(content[at : at + 512]))


def flipped(content: bytearray, rng: random.Random) -> None:
    """One bit of the structure: near something that HDF5 signs."""
    signs = [at for sign in (b"TREE", b"HEAP", b"SNOD", b"GCOL", b"OHDR") for at in places(content, sign)] or [0]
    content[min(len(content) - 1, rng.choice(signs) + rng.randrange(0, 300))] ^= 1 << rng.randrange(8)


def truncated(content: bytearray, rng: random.Random) -> None:
    del content[rng.randrange(1, len(content)) :]


def places(content, sign):
    at = content.find(sign)
    while at >= 0:
        yield at
        at = content.find(sign, at + 1)


KINDS = (zeroed, flipped, flipped, truncated)


def damaged_copies(original, folder, count, seed):
    """`count` copies, each with up to three damages, that are the same for the same seed."""
    rng = random.Random(seed)
    whole = original.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        content = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            if len(content) > 1:
                rng.choice(KINDS)(content, rng)
        path = folder / f"{original.stem}_{seed}_{i}{original.suffix}"
        path.write_bytes(content)
        yield path
