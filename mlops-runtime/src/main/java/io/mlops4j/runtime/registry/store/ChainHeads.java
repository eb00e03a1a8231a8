package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.RegistryHead;
import java.util.ArrayList;
import java.util.List;

/** The chains of a registry by their names in heads, and their ends. */
final class ChainHeads {
  private ChainHeads() {}

  /** The ends of all chains, unchecked but for who signed the last records. */
  static RegistryHead of(Storage storage, VersionStore versions, AliasStore aliases) {
    List<RegistryHead.Entry> ends = new ArrayList<>();
    for (String model : storage.everyModel()) {
      versions
          .list(model)
          .end(versions.last(model))
          .map(end -> new RegistryHead.Entry(versionsOf(model), end.number(), end.digest()))
          .ifPresent(ends::add);
      versions
          .states(model)
          .chain()
          .head()
          .map(link -> new RegistryHead.Entry(changesOf(model), link.number(), link.digest()))
          .ifPresent(ends::add);
      for (String alias : aliases.names(model)) {
        aliases
            .chain(model, alias)
            .head()
            .map(
                link -> new RegistryHead.Entry(aliasOf(model, alias), link.number(), link.digest()))
            .ifPresent(ends::add);
      }
    }
    return RegistryHead.of(ends);
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

  /** No chain, so in no head: what is kept beside versions. */
  static String signaturesOf(String model) {
    return "signatures " + model;
  }
}
