package io.mlops4j.monitor.log.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeaderTest {
  private static final Digest DIGEST = Digest.sha256(new byte[] {1});
  private static final ModelVersion VERSION = new ModelVersion("flight-delay", 2, DIGEST);

  private static ServedBy file(String name) {
    return ServedBy.of(name, Digest.sha256(name.getBytes(UTF_8)), null, null, "onnxruntime");
  }

  private static ServedBy followed() {
    AliasRecord alias =
        new AliasRecord(
            "flight-delay",
            "champion",
            3,
            null,
            VERSION,
            new Change("ana", "better"),
            Instant.EPOCH,
            Instant.EPOCH,
            null);
    return ServedBy.of("flight-delay", DIGEST, VERSION, alias, "onnxruntime");
  }

  private static void isReadAsWritten(ServedBy servedBy, Route route) {
    Map<String, String> metadata = new Header(servedBy, route, List.of("passenger")).toMetadata();
    Header read = Header.of(metadata);
    assertThat(read.servedBy()).isEqualTo(servedBy);
    assertThat(read.route()).isEqualTo(route);
    assertThat(read.digested()).containsExactly("passenger");
  }

  @Test
  void oneModelIsReadAsWritten() {
    isReadAsWritten(file("trees"), Route.PRIMARY);
    isReadAsWritten(followed(), Route.CANARY);
  }

  @Test
  void membersAndTheirMembersAreReadAsWritten() {
    ServedBy.Fallback failed = new ServedBy.Fallback(ServedBy.Reason.FAILED, VERSION);
    ServedBy inner = file("inner").withMembers(List.of(file("a"), followed().asFallback(failed)));
    ServedBy outer = file("outer").withMembers(List.of(inner, file("b"))).asFallback(failed);
    isReadAsWritten(outer, Route.FALLBACK);
    assertThat(Header.of(new Header(outer, Route.FALLBACK, List.of()).toMetadata()).servedBy())
        .hasToString(outer.toString());
  }
}
