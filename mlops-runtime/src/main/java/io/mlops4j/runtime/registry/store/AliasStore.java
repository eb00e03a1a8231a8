package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.internal.card.Shown;
import io.mlops4j.runtime.internal.document.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The chains of all aliases. */
final class AliasStore {
  private final Storage storage;
  private final Signing signing;
  private final Map<String, AliasChain> chains = new ConcurrentHashMap<>();

  AliasStore(Storage storage, Signing signing) {
    this.storage = storage;
    this.signing = signing;
  }

  /** The chain that a reference with an alias names. */
  AliasChain chain(String ref) {
    ModelRef parsed = ModelRef.parse(ref);
    if (parsed.alias().isEmpty()) {
      throw new IllegalArgumentException(
          "ref: found \"" + ref + "\", expected an alias as in " + parsed.name() + "@champion");
    }
    return chain(parsed.name(), parsed.alias().get());
  }

  AliasChain chain(String model, String alias) {
    return chains.computeIfAbsent(
        model + "@" + alias,
        key -> new AliasChain(storage.aliasRecords(model, alias), model, alias, signing));
  }

  /** The aliases that have records, including removed ones. */
  List<String> names(String model) {
    return storage.aliases(model);
  }

  /** The aliases that name a version, with their newest records. */
  List<AliasRecord> naming(String model) {
    List<AliasRecord> naming = new ArrayList<>();
    for (String alias : names(model)) {
      chain(model, alias)
          .head()
          .map(link -> link.record().record())
          .filter(record -> !record.isRemoval())
          .ifPresent(naming::add);
    }
    return naming;
  }

  /** A removed alias is not an unknown one: who removed it says why. */
  RegistryException removed(AliasRecord removal) {
    String ref = removal.model() + "@" + removal.alias();
    return new RegistryException(
        ref
            + ": found that it was removed by "
            + removal.change().actor()
            + " at "
            + removal.at()
            + Shown.reason(removal.change())
            + ", expected an alias that names a version; assign it again, or name another; aliases"
            + " of "
            + removal.model()
            + ": "
            + Texts.some(aliases(removal.model())),
        null);
  }

  private List<String> aliases(String model) {
    return naming(model).stream().map(AliasRecord::alias).toList();
  }

  RegistryException unknown(ModelRef ref, int versions) {
    return new RegistryException(
        ref
            + ": found no such alias in "
            + storage
            + ", expected one that was assigned; aliases of "
            + ref.name()
            + ": "
            + Texts.some(aliases(ref.name()))
            + "; its versions: "
            + versions
            + "; models: "
            + Texts.some(storage.models()),
        null);
  }
}
