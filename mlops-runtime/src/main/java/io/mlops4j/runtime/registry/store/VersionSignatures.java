package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.DataException;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.trust.SignatureBundle;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The signatures of versions. Each is stored beside the version under its own digest, so adding it
 * twice stores it once. A signature is not part of its version. It is trusted only after a key has
 * verified it, so this class reads its content only to verify a registry.
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
    storage.putSignature(version, name, bundle);
  }

  /** Refuses an empty or oversized bundle before the version is published. */
  public static void checkSize(Object of, byte[] bundle) {
    if (bundle.length == 0 || bundle.length > LARGEST) {
      throw Problems.refused(
          of, "a signature of " + bundle.length + " bytes", "a bundle of at most " + LARGEST);
    }
  }

  public static void checkNumber(Object of, int signatures) {
    if (signatures > MOST) {
      throw Problems.refused(
          of, signatures + " signatures", "at most " + MOST + "; remove those of old keys");
    }
  }

  /** Returns the signatures, sorted by digest. */
  List<byte[]> of(ModelVersion version) {
    return names(version).stream().map(name -> storage.signature(version, name)).toList();
  }

  /**
   * Returns true if a signature is undamaged and covers these files, and throws otherwise. Does not
   * check who signed.
   */
  boolean check(Manifest manifest, String name) {
    ModelVersion version = manifest.version();
    byte[] bundle = storage.signature(version, name);
    String place = storage.signaturePlace(version, name);
    if (!name.equals(Digest.sha256(bundle).hex() + ".json")) {
      throw Document.damaged(place, "bytes whose digest differs from its name");
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
              + "; it does not cover "
              + version
              + "; delete it and sign the version again");
    }
    return true;
  }

  /** Returns the names of the signatures. Ignores files with other names. */
  List<String> names(ModelVersion version) {
    return names(storage, version);
  }

  List<String> names(VersionReader reader, ModelVersion version) {
    return reader.signatures(version).stream()
        .filter(name -> NAME.matcher(name).matches())
        .limit(MOST)
        .toList();
  }
}
