package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VersionRecord;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of one version's state, with who and why. */
abstract class StateCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME:NUMBER", description = "The version.")
  private String ref;

  @Mixin private final WhoOptions who = new WhoOptions();

  abstract VersionRecord change(ModelRegistry registry, ModelVersion version, Change change);

  @Override
  RegistryOptions options(RegistryOptions shared) {
    return who.signing(shared);
  }

  /** What a bare name or an alias means may be another version by now. */
  @Override
  final void check() {
    if (ModelRef.parse(ref).number().isEmpty()) {
      throw misused(
          "NAME:NUMBER: found "
              + ref
              + ", expected the version's number, as what a name or an alias means may change");
    }
  }

  @Override
  final int run(ModelRegistry registry, Output out) throws IOException {
    ModelVersion version = registry.resolve(ref);
    VersionRecord record = change(registry, version, who.change());
    ObjectNode json = Facts.json(version);
    out.answer(
        json.setAll(Facts.json(record)), to -> to.line(version + "  " + Facts.changed(record)));
    return 0;
  }
}
