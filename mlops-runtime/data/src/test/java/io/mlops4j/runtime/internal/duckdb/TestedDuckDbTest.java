package io.mlops4j.runtime.internal.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;

/** FilesChildTest tries other versions. */
class TestedDuckDbTest {
  private static final String CHANGED =
      "DuckDB changed: compare the parts that Natives and ChunkFunctions name with those of the new"
          + " version (docs/decisions/duckdb-is-used-through-its-inner-parts.md), run all tests of"
          + " mlops-data, then change TestedDuckDb and FilesChildTest";

  @Test
  void theDuckDbOfTheBuildIsTheTestedOne() {
    assertThat(DuckDBDriver.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .as(CHANGED)
        .endsWith("/duckdb_jdbc-" + TestedDuckDb.VERSION + ".jar");
  }

  @Test
  void allInnerPartsAreThere() {
    assertThatCode(ChunkFunctions::load).as(CHANGED).doesNotThrowAnyException();
  }
}
