package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollbackTest {
  private static ModelVersion version(int number) {
    return new ModelVersion("m", number, Digest.sha256(new byte[] {(byte) number}));
  }

  private static List<AliasRecord> history(String versions) {
    List<AliasRecord> records = new ArrayList<>();
    for (int i = 0; i < versions.length(); i++) {
      ModelVersion from = records.isEmpty() ? null : records.get(records.size() - 1).to();
      records.add(
          new AliasRecord(
              "m",
              "champion",
              records.size() + 1,
              from,
              version(versions.charAt(i) - '0'),
              Change.by("ana"),
              Instant.EPOCH,
              null));
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "11, 0",
    "12, 1",
    "123, 2",
    "1232, 1",
    "12321, 0",
    "1231, 0",
    "1213, 1",
    "12323, 2",
    "123212, 1",
    "1231231, 0",
    "12312323, 2"
  })
  void goesToWhatServedBeforeAndNeverToWhatWasLeft(String assigned, int expected) {
    List<AliasRecord> history = history(assigned);
    assertThat(
            Rollback.before(history, history.get(history.size() - 1)).stream()
                .findFirst()
                .map(ModelVersion::number)
                .orElse(0))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 2"})
  void laterRecordsDoNotMatter(int record, int expected) {
    List<AliasRecord> history = history("1231");
    assertThat(
            Rollback.before(history, history.get(record - 1)).stream()
                .findFirst()
                .map(ModelVersion::number)
                .orElse(0))
        .isEqualTo(expected);
  }
}
