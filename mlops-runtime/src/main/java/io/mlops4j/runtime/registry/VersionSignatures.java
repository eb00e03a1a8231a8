package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The signatures of versions, as files beside what was published, named by their own digest: one
 * that is added twice is there once. They are no part of the version, and nobody trusts them before
 * somebody's key has verified them; so what they say is not looked at here.
 */
final class VersionSignatures {
  private static final int LARGEST = 16 << 20;
  private static final int MOST = 64;

  private final Layout layout;
  private final Disk disk;

  VersionSignatures(Layout layout, Disk disk) {
    this.layout = layout;
    this.disk = disk;
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
    Path file = folder(version).resolve(Digest.sha256(bundle).hex() + ".json");
    try {
      disk.claim(bundle, file, layout.root());
    } catch (IOException e) {
      throw layout.cannotStore("a signature of " + version, e);
    }
  }

  /** Sorted by digest; a file that is none of ours is passed over. */
  List<byte[]> of(ModelVersion version) {
    List<byte[]> found = new ArrayList<>();
    for (String name : names(version)) {
      found.add(layout.read(folder(version).resolve(name)));
    }
    return List.copyOf(found);
  }

  private List<String> names(ModelVersion version) {
    return layout.names(folder(version)).stream()
        .filter(name -> name.matches("[0-9a-f]{64}\\.json"))
        .limit(MOST)
        .toList();
  }

  private Path folder(ModelVersion version) {
    return layout.version(version.name(), version.number()).resolve("signatures");
  }
}
