package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelRef;
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

  List<String> names(String model) {
    return storage.aliases(model);
  }

  RegistryException unknown(ModelRef ref, int versions) {
    return new RegistryException(
        ref
            + ": found no such alias in "
            + storage
            + ", expected one that was assigned; aliases of "
            + ref.name()
            + ": "
            + Texts.some(names(ref.name()))
            + "; its versions: "
            + versions
            + "; models: "
            + Texts.some(storage.models()),
        null);
  }
}
