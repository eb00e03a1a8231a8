package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whose signatures on the versions of a registry are trusted. {@link
 * VerifyOptions.Builder#trustingVersions} sets it. Thread safe.
 */
@FunctionalInterface
public interface VersionTrust {
  /**
   * Returns why a version is not trusted.
   *
   * @param version the version
   * @param files the digest of each of its files by relative name, as in its manifest
   * @param signatures the bundles that are stored beside it, unverified; may be empty
   * @return empty if the version is trusted; otherwise what was found, what was expected and what
   *     to do
   */
  Optional<String> refusal(
      ModelVersion version, Map<String, Digest> files, List<byte[]> signatures);
}
