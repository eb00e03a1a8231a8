package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.internal.document.Texts;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The chains of all aliases. */
final class AliasStore {
  /** A misspelt path, which was created as an empty registry, is the usual reason. */
  static final String EMPTY = ", a registry without any model";

  static final String USED =
      "one with models; check its path or address, or publish a first model there";

  private final Storage storage;
  private final Signing signing;
  private final Clock clock;
  private final Map<String, AliasChain> chains = new ConcurrentHashMap<>();

  AliasStore(Storage storage, Signing signing, Clock clock) {
    this.storage = storage;
    this.signing = signing;
    this.clock = clock;
  }

  /** Returns the chain of the alias that a reference names. */
  AliasChain chain(String ref) {
    ModelRef parsed = ModelRef.parse(ref);
    if (parsed.alias().isEmpty()) {
      throw new IllegalArgumentException(
          "ref: found \"" + ref + "\", expected an alias, such as " + parsed.name() + "@champion");
    }
    return chain(parsed.name(), parsed.alias().get());
  }

  AliasChain chain(String model, String alias) {
    return chains.computeIfAbsent(
        model + "@" + alias, key -> new AliasChain(storage, model, alias, signing, clock));
  }

  /** Returns the newest records of the aliases that name a version. */
  List<AliasRecord> naming(String model) {
    return storage.aliases(model).stream()
        .map(alias -> chain(model, alias).newest())
        .flatMap(Optional::stream)
        .filter(record -> !record.isRemoval())
        .toList();
  }

  /** The error for a removed alias, which names the actor and the reason of the removal. */
  RegistryException removed(AliasRecord removal) {
    return Problems.refused(
        removal.model() + "@" + removal.alias(),
        "an alias that was " + Collector.text("removed", removal.change(), removal.at()),
        "an alias that names a version; assign it again, or name another; aliases of %s: %s"
            .formatted(removal.model(), aliases(removal.model())));
  }

  private String aliases(String model) {
    return Texts.some(naming(model).stream().map(AliasRecord::alias).toList());
  }

  RegistryException unknown(ModelRef ref, int versions) {
    List<String> models = storage.models();
    if (models.isEmpty()) {
      return Problems.refused(ref, "no such alias in " + storage + EMPTY, USED);
    }
    return Problems.refused(
        ref,
        "no such alias in " + storage,
        "one that was assigned; aliases of %s: %s; its versions: %s; models: %s"
            .formatted(ref.name(), aliases(ref.name()), versions, Texts.some(models)));
  }
}
