"""Files and photos (佐证材料): one door in, sealed originals, copies for people to see, signed addresses."""
