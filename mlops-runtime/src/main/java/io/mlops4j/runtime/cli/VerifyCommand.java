package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.runtime.trust.TrustedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code verify}: every digest and every link. */
@Command(
    name = "verify",
    description = {
      "Checks every digest and every link, and says where one is broken.",
      "A history that was rewritten as a whole is found with a head that was kept elsewhere, or,"
          + " where records are signed, with --trust; that its end was cut off, only with a head.",
      "With --trust, every version must also have a signature by one of these keys."
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
      description = "A head that was kept elsewhere: what it names must be there unchanged.")
  private @Nullable Path head;

  @Option(
      names = "--save-head",
      paramLabel = "FILE",
      description = "Write the head there if nothing is broken.")
  private @Nullable Path saved;

  @Option(
      names = "--records-only",
      description = "Leave the models' own bytes out, which take nearly all of the time.")
  private boolean recordsOnly;

  @Option(
      names = "--version-trust",
      paramLabel = "PEM",
      description =
          "Versions must have a signature by this public key's owner; may be repeated. Those of"
              + " --trust if not given.")
  private List<Path> versionTrust = new ArrayList<>();

  @Option(
      names = "--allow-unsigned",
      paramLabel = "MODELS",
      arity = "0..1",
      fallbackValue = "*",
      description =
          "Versions of these models may have no signature, but one that is there must hold: a name,"
              + " the beginning of one as in sandbox-*, or all if nothing is named; may be repeated.")
  private List<String> unsigned = new ArrayList<>();

  @Option(
      names = "--clock-tolerance",
      paramLabel = "SPAN",
      converter = Times.ToDuration.class,
      description = "How far the clocks of writers may disagree unreported; 5m if not given.")
  private @Nullable Duration clockTolerance;

  private Optional<TrustPolicy> policy() {
    List<Path> keys = versionTrust.isEmpty() ? trusted() : versionTrust;
    if (keys.isEmpty()) {
      return Optional.empty();
    }
    TrustPolicy.Builder policy = TrustPolicy.builder();
    keys.stream()
        .map(TrustedKey::read)
        .forEach(
            key -> {
              policy.require("*", key);
              unsigned.forEach(models -> policy.require(models, key));
            });
    unsigned.forEach(policy::allowUnsigned);
    return Optional.of(policy.build());
  }

  @Override
  void check() {
    if (!unsigned.isEmpty() && policy().isEmpty()) {
      throw misused("--allow-unsigned: found no keys, expected --trust or --version-trust");
    }
  }

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    Verification found;
    try (ProgressBar bar = bar("verify")) {
      VerifyOptions options = VerifyOptions.withDefaults().listener(bar);
      options = recordsOnly ? options.recordsOnly() : options;
      Optional<TrustPolicy> policy = policy();
      options = policy.isEmpty() ? options : options.trustingVersions(policy.get());
      options = clockTolerance == null ? options : options.clockTolerance(clockTolerance);
      options = head == null ? options : options.expecting(Shared.head(head));
      found = registry.verify(options);
    }
    if (saved != null && found.isIntact()) {
      Files.writeString(saved, found.head().toString());
    }
    out.answer(json(found), to -> show(found, policy(), to));
    return found.isIntact() ? 0 : Commands.FAILED;
  }

  private static ObjectNode json(Verification found) {
    ObjectNode json =
        Output.object()
            .put("intact", found.isIntact())
            .put("versions", found.versions())
            .put("records", found.records())
            .put("bytes", found.bytes());
    json.putArray("breaks");
    for (Verification.Break each : found.breaks()) {
      json.withArray("breaks")
          .add(
              Output.object()
                  .put("chain", each.chain())
                  .put("number", each.number())
                  .put("place", each.place())
                  .put("problem", each.problem()));
    }
    json.putArray("jumps");
    for (Verification.Jump each : found.jumps()) {
      json.withArray("jumps")
          .add(
              Output.object()
                  .put("chain", each.chain())
                  .put("number", each.number())
                  .put("place", each.place())
                  .put("clock", each.clock().toString())
                  .put("by", each.by().toString())
                  .put("problem", each.problem()));
    }
    json.put("moreJumps", found.moreJumps());
    return json.put("moreBreaks", found.moreBreaks()).put("head", found.head().toString());
  }

  private static void show(Verification found, Optional<TrustPolicy> policy, Output to) {
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
                        : ", but " + Output.count(jumps, "clock jumped", "clocks jumped"))
                    + ": "
                : "BROKEN in " + Output.count(breaks, "place", "places") + ": ")
            + Output.count(found.versions(), "version", "versions")
            + ", "
            + Output.count(found.records(), "record", "records")
            + ", "
            + Output.bytes(found.bytes())
            + " checked"
            + (policy.isEmpty() ? "" : ", signatures of versions included"));
  }
}
