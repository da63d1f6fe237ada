"""The tree of RFC 9162, held against its published vectors and against a second implementation."""

import random

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from civicloop.kernel.trail import merkle

# The eight leaves and roots with which implementations of RFC 6962 and 9162 test themselves
# (certificate-transparency, merkletree/merkle_tree_test).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_are_those_of_the_published_vectors() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    assert [merkle.root(hashes[:size]).hex() for size in range(1, 9)] == ROOTS
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("size", "index", "proof"),
    [
        (1, 0, []),
        (
            8,
            0,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            8,
            5,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (3, 2, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_inclusion_proofs_are_those_of_the_published_vectors(size: int, index: int, proof: list[str]) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]
    ours = merkle.inclusion_proof(hashes, index)
    assert [step.hex() for step in ours] == proof
    assert merkle.is_included(hashes[index], index, size, ours, bytes.fromhex(ROOTS[size - 1]))


def test_a_thousand_random_trees_agree_with_a_second_implementation() -> None:
    luck = random.Random(9162)
    for _ in range(1000):
        size = luck.randint(1, 70)
        contents = [luck.randbytes(luck.randint(0, 40)) for _ in range(size)]
        hashes = [merkle.leaf_hash(content) for content in contents]
        other = InmemoryTree(algorithm="sha256")
        other.append_entries(contents)
        root = merkle.root(hashes)
        assert root == other.get_root()

        index, earlier = luck.randrange(size), luck.randint(1, size)
        ours = merkle.inclusion_proof(hashes, index)
        theirs = other.prove_inclusion(index + 1)
        assert sorted([hashes[index], *ours]) == sorted(theirs.path)  # theirs holds the leaf, in tree order
        verify_inclusion(hashes[index], root, theirs)
        assert merkle.is_included(hashes[index], index, size, ours, root)

        earlier_root = merkle.root(hashes[:earlier])
        assert earlier_root == other.get_root(earlier)
        verify_consistency(earlier_root, root, other.prove_consistency(earlier, size))
        proof = merkle.consistency_proof(hashes, earlier)
        assert merkle.is_consistent(earlier, earlier_root, size, root, proof)


def test_a_proof_holds_for_nothing_but_what_it_proves() -> None:
    luck = random.Random(6962)
    for _ in range(300):
        size = luck.randint(2, 60)
        hashes = [merkle.leaf_hash(luck.randbytes(8)) for _ in range(size)]
        root, index, earlier = merkle.root(hashes), luck.randrange(size), luck.randint(1, size - 1)
        proof = merkle.inclusion_proof(hashes, index)
        wrong = luck.choice([one for one in range(size) if one != index])
        assert not merkle.is_included(hashes[wrong], index, size, proof, root)
        assert not merkle.is_included(hashes[index], wrong, size, proof, root)
        assert not merkle.is_included(hashes[index], index, size, proof[:-1], root)
        assert not merkle.is_included(hashes[index], index, size, [*proof, root], root)
        assert not merkle.is_included(hashes[index], size, size, proof, root)

        consistent = merkle.consistency_proof(hashes, earlier)
        before = merkle.root(hashes[:earlier])
        assert not merkle.is_consistent(earlier, luck.randbytes(32), size, root, consistent)
        assert not merkle.is_consistent(earlier, before, size, luck.randbytes(32), consistent)
        assert not merkle.is_consistent(earlier, before, size, root, [*consistent, before])
        assert not merkle.is_consistent(earlier, before, size, root, consistent[:-1])


def test_a_frontier_tells_the_root_at_every_size() -> None:
    hashes = [merkle.leaf_hash(bytes([one])) for one in range(200)]
    frontier: list[bytes] = []
    for size, leaf in enumerate(hashes):
        merkle.append(frontier, size, leaf)
        assert merkle.root_of(frontier) == merkle.root(hashes[: size + 1])
        assert len(frontier) == (size + 1).bit_count()


def test_a_proof_grows_with_the_logarithm() -> None:
    """Twenty hashes for a million entries: room on a printed notice."""
    hashes = [merkle.leaf_hash(one.to_bytes(4)) for one in range(1 << 12)]
    assert len(merkle.inclusion_proof(hashes, 77)) == 12
