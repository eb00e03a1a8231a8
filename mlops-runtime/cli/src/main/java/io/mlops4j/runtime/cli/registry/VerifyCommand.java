package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.GlobalOptions;
import io.mlops4j.runtime.cli.shell.ModelTrustOptions;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.TimeConverters;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code verify}: checks every digest and every link. */
@Command(
    name = "verify",
    description = {
      "Checks every digest and every link, and shows where one is broken.",
      "A head that was saved elsewhere also finds a history that was rewritten as a whole or cut"
          + " off at its end. With --trust and signed records a rewritten history is found without"
          + " a head.",
      "With --trust every version must also be signed with one of the keys."
    },
    footer = {
      "%nExamples:",
      "  mlops4j verify --save-head /elsewhere/head.txt --registry registry",
      "  mlops4j verify --head /elsewhere/head.txt --registry registry",
      "  mlops4j verify --trust deployers.pem --version-trust trainers.pem \\",
      "      --registry registry"
    })
final class VerifyCommand extends RegistryCommand {
  @Option(
      names = "--head",
      paramLabel = "FILE",
      description =
          "A head that was saved elsewhere. All records that it covers must be unchanged.")
  private @Nullable Path head;

  @Option(
      names = "--save-head",
      paramLabel = "FILE",
      description = "Write the head to this file if nothing is broken.")
  private @Nullable Path saved;

  @Option(
      names = "--records-only",
      description = "Do not check the bytes of the models, which take nearly all of the time.")
  private boolean recordsOnly;

  @Mixin private final ModelTrustOptions modelTrust = new ModelTrustOptions();

  @Option(
      names = "--clock-tolerance",
      paramLabel = "DURATION",
      converter = TimeConverters.ToDuration.class,
      description = "Report clocks of writers that differ by more than this. Default: 5m.")
  private @Nullable Duration clockTolerance;

  private Optional<TrustPolicy> policy() {
    return modelTrust.policy(global().trusted());
  }

  @Override
  void check() {
    policy();
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    Verification found;
    try (ProgressBar bar = bar("verify")) {
      VerifyOptions.Builder options = VerifyOptions.builder().listener(bar);
      if (recordsOnly) {
        options.recordsOnly();
      }
      policy().ifPresent(options::trustingVersions);
      if (clockTolerance != null) {
        options.clockTolerance(clockTolerance);
      }
      if (head != null) {
        options.expecting(GlobalOptions.head(head));
      }
      found = registry.verify(options.build());
    }
    if (saved != null && found.isIntact()) {
      OutputFile.write(saved, found.head().toString());
    }
    out.answer(json(found), to -> show(found, policy(), to));
    return found.isIntact() ? 0 : FAILED;
  }

  private static ObjectNode json(Verification found) {
    ObjectNode json =
        ConsoleOutput.object()
            .put("intact", found.isIntact())
            .put("versions", found.versions())
            .put("records", found.records())
            .put("bytes", found.bytes());
    ArrayNode breaks = json.putArray("breaks");
    for (Verification.Break each : found.breaks()) {
      breaks
          .addObject()
          .put("chain", each.chain())
          .put("number", each.number())
          .put("place", each.place())
          .put("problem", each.problem());
    }
    ArrayNode jumps = json.putArray("jumps");
    for (Verification.Jump each : found.jumps()) {
      jumps
          .addObject()
          .put("chain", each.chain())
          .put("number", each.number())
          .put("place", each.place())
          .put("clock", each.clock().toString())
          .put("by", each.by().toString())
          .put("problem", each.problem());
    }
    json.put("moreJumps", found.moreJumps());
    return json.put("moreBreaks", found.moreBreaks()).put("head", found.head().toString());
  }

  private static void show(Verification found, Optional<TrustPolicy> policy, ConsoleOutput to) {
    for (Verification.Break each : found.breaks()) {
      to.line(each.chain() + " " + each.number() + ": " + each.problem());
      if (!each.problem().startsWith(each.place())) {
        to.line("  in " + each.place());
      }
    }
    found
        .jumps()
        .forEach(
            each ->
                to.line("clock of " + each.chain() + " " + each.number() + ": " + each.problem()));
    long jumps = found.jumps().size() + found.moreJumps();
    long breaks = found.breaks().size() + found.moreBreaks();
    to.line(
        (breaks == 0
                ? "intact"
                    + (jumps == 0
                        ? ""
                        : ", but " + ConsoleOutput.count(jumps, "clock jumped", "clocks jumped"))
                    + ": "
                : "BROKEN in " + ConsoleOutput.count(breaks, "place", "places") + ": ")
            + ConsoleOutput.count(found.versions(), "version", "versions")
            + ", "
            + ConsoleOutput.count(found.records(), "record", "records")
            + ", "
            + ConsoleOutput.bytes(found.bytes())
            + " checked"
            + (policy.isEmpty() ? "" : ", signatures of versions included"));
  }
}
