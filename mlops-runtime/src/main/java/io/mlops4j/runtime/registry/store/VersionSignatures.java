package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.DataException;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.trust.SignatureBundle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The signatures of versions, beside what was published, named by their own digest: one that is
 * added twice is there once. They are no part of the version, and nobody trusts them before
 * somebody's key has verified them; so what they say is looked at only to verify a registry.
 */
public final class VersionSignatures {
  private static final int LARGEST = 16 << 20;
  private static final int MOST = 64;
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}\\.json");

  private final Storage storage;

  VersionSignatures(Storage storage) {
    this.storage = storage;
  }

  void add(ModelVersion version, byte[] bundle) {
    checkSize(version, bundle);
    String name = Digest.sha256(bundle).hex() + ".json";
    List<String> there = names(version);
    if (there.contains(name)) {
      return;
    }
    checkNumber(version, there.size() + 1);
    try {
      storage.putSignature(version, name, bundle);
    } catch (IOException e) {
      throw storage.cannotStore("a signature of " + version, e);
    }
  }

  /** Refuses what no bundle can be, before anything is published. */
  public static void checkSize(Object of, byte[] bundle) {
    if (bundle.length == 0 || bundle.length > LARGEST) {
      throw new RegistryException(
          of
              + ": found a signature of "
              + bundle.length
              + " bytes, expected a bundle of at most "
              + LARGEST,
          null);
    }
  }

  public static void checkNumber(Object of, int signatures) {
    if (signatures > MOST) {
      throw new RegistryException(
          of
              + ": found "
              + signatures
              + " signatures, expected at most "
              + MOST
              + "; remove those of old keys",
          null);
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

  /** Whether one is as it was added, and about these files; by whom it is, is not looked at. */
  boolean check(Manifest manifest, String name) {
    ModelVersion version = manifest.version();
    byte[] bundle = storage.signature(version, name);
    String place = storage.signaturePlace(version, name);
    if (!name.equals(Digest.sha256(bundle).hex() + ".json")) {
      throw Document.damaged(place, "other bytes than its name says");
    }
    String found;
    try {
      found = SignatureBundle.read(bundle).mismatch(manifest.digests()).orElse("");
    } catch (DataException e) {
      found = String.valueOf(e.getMessage());
    }
    if (!found.isEmpty()) {
      throw new IntegrityException(
          place
              + ": "
              + found
              + "; it proves nothing of "
              + version
              + ", delete it, and have the version signed anew");
    }
    return true;
  }

  List<String> names(ModelVersion version) {
    return storage.signatures(version).stream()
        .filter(name -> NAME.matcher(name).matches())
        .limit(MOST)
        .toList();
  }
}
