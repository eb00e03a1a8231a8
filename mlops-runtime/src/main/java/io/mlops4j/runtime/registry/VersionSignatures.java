package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The signatures of versions, beside what was published, named by their own digest: one that is
 * added twice is there once. They are no part of the version, and nobody trusts them before
 * somebody's key has verified them; so what they say is not looked at here.
 */
final class VersionSignatures {
  private static final int LARGEST = 16 << 20;
  private static final int MOST = 64;
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}\\.json");

  private final Storage storage;

  VersionSignatures(Storage storage) {
    this.storage = storage;
  }

  void add(ModelVersion version, byte[] bundle) {
    if (bundle.length == 0 || bundle.length > LARGEST) {
      throw new RegistryException(
          version
              + ": found a signature of "
              + bundle.length
              + " bytes, expected a bundle of at most "
              + LARGEST,
          null);
    }
    if (names(version).size() >= MOST) {
      throw new RegistryException(
          version + ": found " + MOST + " signatures, expected fewer; remove those of old keys",
          null);
    }
    try {
      storage.putSignature(version, Digest.sha256(bundle).hex() + ".json", bundle);
    } catch (IOException e) {
      throw storage.cannotStore("a signature of " + version, e);
    }
  }

  /** Sorted by digest; what is none of ours is passed over. */
  List<byte[]> of(ModelVersion version) {
    List<byte[]> found = new ArrayList<>();
    for (String name : names(version)) {
      found.add(storage.signature(version, name));
    }
    return List.copyOf(found);
  }

  private List<String> names(ModelVersion version) {
    return storage.signatures(version).stream()
        .filter(name -> NAME.matcher(name).matches())
        .limit(MOST)
        .toList();
  }
}
