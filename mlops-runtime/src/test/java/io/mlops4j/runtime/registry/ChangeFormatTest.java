package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How records of states and heads are written. The digests, the seals and the end of the versions'
 * chain are by Python's hashlib, over the files as they are.
 */
class ChangeFormatTest {
  private static final String DIGEST =
      "sha256:4f119c257c6f127a491cfe0b3a97ff1aebbb3e6cff821b665445ed04fee2e6d0";

  @TempDir Path temp;

  @Test
  void statesAndHeadsAreWrittenAsEver() throws IOException {
    Clock clock = Clock.fixed(Instant.parse("2001-05-03T12:00:00.123456Z"), ZoneOffset.UTC);
    Path root = temp.resolve("registry");
    try (ModelRegistry registry = FileModelRegistry.open(root, clock, true)) {
      ModelVersion one = registry.publish(Models.card("flight-delay"), Models.mlp4(temp));
      registry.deprecate(one, Change.by("ana").because("größer ist besser"));
      registry.delete(one, Change.by("bob"));

      assertThat(root.resolve("models/flight-delay/changes/000001.json"))
          .usingCharset(StandardCharsets.UTF_8)
          .hasContent(
              """
              {
                "actor" : "ana",
                "at" : "2001-05-03T12:00:00.123456Z",
                "model" : "flight-delay",
                "number" : 1,
                "reason" : "größer ist besser",
                "record" : 1,
                "seal" : "sha256:754404a55a029c23f1e7299dd46dc39386e5b69b628703b072a31ffb5402ec61",
                "state" : "deprecated",
                "versions" : [ {
                  "digest" : "%s",
                  "number" : 1
                } ]
              }
              """
                  .formatted(DIGEST));
      assertThat(root.resolve("models/flight-delay/changes/000002.json"))
          .usingCharset(StandardCharsets.UTF_8)
          .hasContent(
              """
              {
                "actor" : "bob",
                "at" : "2001-05-03T12:00:00.123456Z",
                "model" : "flight-delay",
                "number" : 2,
                "previous" : "sha256:e87fd55d22f8483400bfeea27360e09ee4990879a3d9c77b8aa5d9fc092e81c7",
                "reason" : "",
                "record" : 1,
                "seal" : "sha256:4670c94df5bac1c90b6f00ff7dfc94c7c6df3095e6724fcefc90a3ba6b8b26a6",
                "state" : "deleted",
                "versions" : [ {
                  "digest" : "%s",
                  "number" : 1
                } ]
              }
              """
                  .formatted(DIGEST));
      // The manifest names the publishing process, so that its digest is another in each.
      assertThat(registry.head().toString())
          .matches(
              """
              mlops4j-registry-head 1
              changes flight-delay 2 sha256:f4fe11930d1ebd5c31f1c722c0052e7e86833003f48d2c96cb9c1f5d405701eb
              versions flight-delay 1 sha256:[0-9a-f]{64}
              """);
    }
  }
}
