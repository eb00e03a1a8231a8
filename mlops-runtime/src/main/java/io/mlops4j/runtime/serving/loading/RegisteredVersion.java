package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.RegionException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import org.jspecify.annotations.Nullable;

/**
 * A version of a registry that is to be loaded. Immutable.
 *
 * @param registry the registry that holds it; it is not closed here
 * @param version the version
 * @param alias the record that makes it serve, or null when no alias was followed
 * @param card its card
 * @param user who loads it and what for; the error of an attempt to delete the version quotes it
 * @param read run when its bytes have been read, before they are loaded; an exception ends the load
 */
public record RegisteredVersion(
    ModelRegistry registry,
    ModelVersion version,
    @Nullable AliasRecord alias,
    ModelCard card,
    String user,
    Runnable read) {
  /**
   * Reads the card of a version.
   *
   * @param registry the registry that holds it; it is not closed here
   * @param version the version
   * @param alias the record that makes it serve, or null when no alias was followed
   * @param user who loads it and what for
   * @return the version with its card
   * @throws io.mlops4j.error.RegistryException if there is no such version
   */
  public static RegisteredVersion of(
      ModelRegistry registry, ModelVersion version, @Nullable AliasRecord alias, String user) {
    return new RegisteredVersion(registry, version, alias, registry.card(version), user, () -> {});
  }

  /**
   * Runs work when the bytes of the version have been read.
   *
   * @param work may throw an exception, which ends the load
   * @return the version with this work
   */
  public RegisteredVersion whenRead(Runnable work) {
    return new RegisteredVersion(registry, version, alias, card, user, work);
  }

  /**
   * Checks that the card allows this region. If a card names regions, a runtime without a region
   * cannot load the version.
   *
   * @param region the runtime's region, or null if it has none
   * @throws RegionException if the version must not be loaded here
   */
  public void checkRegion(@Nullable String region) {
    if (region == null ? !card.regions().isEmpty() : !card.mayRunIn(region)) {
      throw new RegionException(version.toString(), card.regions(), region);
    }
  }
}
