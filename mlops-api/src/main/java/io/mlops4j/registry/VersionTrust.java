package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges who signed the versions of a registry. Given to a verification by {@link
 * VerifyOptions.Builder#trustingVersions}. Thread safe.
 */
@FunctionalInterface
public interface VersionTrust {
  /**
   * Judges one version.
   *
   * @param version the version
   * @param files the digest of each of its files by relative name, as its manifest lists them
   * @param signatures the bundles that are kept beside it, unverified; may be empty
   * @return empty if the version is trusted, otherwise what was found, what was expected and what
   *     to do
   */
  Optional<String> refusal(
      ModelVersion version, Map<String, Digest> files, List<byte[]> signatures);
}
