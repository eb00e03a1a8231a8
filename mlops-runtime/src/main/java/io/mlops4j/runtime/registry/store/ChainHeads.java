package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.RegistryHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The names and ends of a registry's chains. */
final class ChainHeads {
  private ChainHeads() {}

  /** Returns the ends of all chains. Only the signatures of the last records are checked. */
  static RegistryHead of(Storage storage, VersionStore versions, AliasStore aliases) {
    List<RegistryHead.Entry> ends = new ArrayList<>();
    for (String model : storage.everyModel()) {
      versions
          .list(model)
          .end(versions.last(model))
          .map(end -> new RegistryHead.Entry(versionsOf(model), end.number(), end.digest()))
          .ifPresent(ends::add);
      end(changesOf(model), versions.states(model).chain()).ifPresent(ends::add);
      for (String alias : storage.aliases(model)) {
        end(aliasOf(model, alias), aliases.chain(model, alias).chain()).ifPresent(ends::add);
      }
    }
    return RegistryHead.of(ends);
  }

  private static Optional<RegistryHead.Entry> end(String name, Chain<?> chain) {
    return chain.head().map(link -> new RegistryHead.Entry(name, link.number(), link.digest()));
  }

  static String versionsOf(String model) {
    return "versions " + model;
  }

  static String changesOf(String model) {
    return "changes " + model;
  }

  static String aliasOf(String model, String alias) {
    return "alias " + model + "@" + alias;
  }

  /** Signatures lie beside versions and form no chain, so no head contains this name. */
  static String signaturesOf(String model) {
    return "signatures " + model;
  }
}
