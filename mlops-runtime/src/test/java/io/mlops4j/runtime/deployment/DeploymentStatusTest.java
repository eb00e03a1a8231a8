package io.mlops4j.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.deployment.DeploymentStatus.LastGood;
import io.mlops4j.runtime.deployment.DeploymentStatus.Outage;
import io.mlops4j.runtime.deployment.DeploymentStatus.Trial;
import io.mlops4j.runtime.deployment.DeploymentStatus.Waiting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeploymentStatusTest {
  private static final Instant NOON = Instant.parse("2001-05-03T12:00:00Z");
  private static final Instant LATER = Instant.parse("2001-05-03T12:01:00Z");
  private static final Digest DIGEST = new Digest("sha256", "00".repeat(32));
  private static final ServedBy ONE =
      ServedBy.of("plus", DIGEST, new ModelVersion("plus", 1, DIGEST), null, "onnxruntime");
  private static final AliasRecord RECORD =
      new AliasRecord(
          "plus",
          "champion",
          1,
          null,
          new ModelVersion("plus", 2, DIGEST),
          Change.by("ana"),
          NOON,
          null);

  private static ProtectionStatus protection(ProtectionStatus.Breaker... breakers) {
    return new ProtectionStatus(List.of(breakers), Optional.empty(), 0, Map.of(), 0, 0);
  }

  @Test
  void aQuietStatusIsOneLine() {
    DeploymentStatus status =
        new DeploymentStatus(
            ONE,
            NOON,
            RECORD,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.of(new LastGood(Optional.empty(), false, Optional.empty())),
            protection());
    assertThat(status)
        .hasToString(
            "serving plus:1, sha256:000000000000, onnxruntime, since 2001-05-03T12:00:00Z");
  }

  @Test
  void eachTroubleHasALine() {
    ProtectionStatus.Breaker open =
        new ProtectionStatus.Breaker(
            ONE,
            ProtectionStatus.State.OPEN,
            1,
            9,
            3,
            Optional.of("no memory"),
            Optional.of(LATER));
    DeploymentStatus status =
        new DeploymentStatus(
            ONE,
            NOON,
            RECORD,
            Optional.empty(),
            Optional.of(new Waiting(RECORD, "its bytes are away", 3, NOON, LATER)),
            Optional.of(new Outage(NOON, "no answer")),
            List.of(new Trial(RECORD, NOON, true)),
            Optional.of(new LastGood(Optional.empty(), false, Optional.of("disk full"))),
            protection(open));
    assertThat(status.toString().lines().skip(1))
        .containsExactly(
            "plus:2 waits since 2001-05-03T12:00:00Z, tried 3 times, next at 2001-05-03T12:01:00Z:"
                + " its bytes are away",
            "the registry cannot be read since 2001-05-03T12:00:00Z: no answer",
            "plus:2 is being tested since 2001-05-03T12:00:00Z, abandoned",
            "the circuit breaker of plus:1, sha256:000000000000, onnxruntime is OPEN: no memory",
            "the copy for a restart could not be written: disk full");
  }
}
