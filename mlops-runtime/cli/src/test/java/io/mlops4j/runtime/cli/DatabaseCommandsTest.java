package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries in databases, found by their addresses. */
class DatabaseCommandsTest {
  @TempDir Path temporary;
  private Path model;
  private String h2;

  @BeforeEach
  void prepare() throws Exception {
    model = Line.model(temporary, "mlp4.onnx");
    h2 = "jdbc:h2:" + temporary.resolve("ml");
  }

  private Line line(String address) {
    return Line.withoutRegistry().with("MLOPS4J_REGISTRY", address);
  }

  private static long count(String url, String user, String password, String table)
      throws Exception {
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void aRegistryInPostgresIsWrittenReadAndVerified() throws Exception {
    String schema = "cli_" + UUID.randomUUID().toString().substring(0, 8);
    String url = Postgres.server().getJdbcUrl("postgres", "postgres").replaceAll("\\?.*", "");
    Line line =
        Line.withoutRegistry()
            .with("MLOPS4J_REGISTRY", url)
            .with("MLOPS4J_SCHEMA", schema)
            .with("MLOPS4J_USER", "postgres");

    assertThat(line.run("list").err()).contains(schema + ".mlops4j_layout: found no registry");
    Line.Said said = line.run("publish", model, "--name", "mlp");
    assertThat(said.err()).isEmpty();
    assertThat(said.out()).isEqualTo("mlp:1  " + Line.MLP4 + "\n");
    assertThat(line.run("assign", "mlp@champion", "mlp:1", "--by", "ana").code()).isZero();
    assertThat(line.run("list").out()).isEqualTo("mlp  1 version  champion -> 1\n");
    assertThat(line.run("verify").out()).startsWith("intact: 1 version, 1 record, 318 B");
    assertThat(line.run("gc", "--by", "ana").code()).isZero();
    assertThat(count(url, "postgres", "", schema + ".mlops4j_version")).isEqualTo(1);
    assertThat(line.run("list", "--schema", "elsewhere").code()).isEqualTo(1);
  }

  @Test
  void aMistypedAddressMakesNothing() throws Exception {
    Line.Said said = line(h2).run("list", "--json");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .startsWith("mlops4j: " + h2 + ", table mlops4j_layout: found no registry")
        .hasLineCount(1);
    assertThat(temporary).isDirectoryNotContaining("glob:**ml.mv.db");

    line(h2).run("publish", model, "--name", "mlp");
    assertThat(temporary).isDirectoryContaining("glob:**ml.mv.db");
    assertThat(line(h2).run("list", "--prefix", "typo_").code()).isEqualTo(1);
    try (Connection connection = DriverManager.getConnection(h2);
        ResultSet tables = connection.getMetaData().getTables(null, null, "TYPO%", null)) {
      assertThat(tables.next()).isFalse();
    }
  }

  @Test
  void userAndPasswordComeFromTheEnvironment() throws Exception {
    Line ana = line(h2).with("MLOPS4J_USER", "ana").with("MLOPS4J_PASSWORD", "s3cret word");
    assertThat(ana.run("publish", model, "--name", "mlp", "--prefix", "m_").code()).isZero();
    assertThat(count(h2, "ana", "s3cret word", "m_version")).isEqualTo(1);

    Line.Said wrong = ana.with("MLOPS4J_PASSWORD", "s3kret").run("list", "--prefix", "m_");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains(h2, "a user and a password").doesNotContain("s3kret");
  }

  @Test
  void aPasswordIsNotTakenFromTheCommandLine() {
    Line.Said said =
        Line.withoutRegistry()
            .run("list", "--registry", "jdbc:postgresql://host/ml?user=a&password=s3cret");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("MLOPS4J_PASSWORD").doesNotContain("s3cret");
  }

  @Test
  void aMissingDriverIsNamedWithoutTheSecretsOfTheAddress() {
    Line.Said said = line("jdbc:mariadb://ana:s3cret@host/ml?password=s3cret").run("list");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .contains("jdbc:mariadb://host/ml: found no driver", "add the database's JDBC driver")
        .doesNotContain("s3cret");
  }

  @Test
  void whereModelsLieInAFolderItIsNamed() throws Exception {
    Path blobs = temporary.resolve("blobs");

    assertThat(line(h2).run("publish", model, "--name", "mlp", "--blobs", blobs).code()).isZero();

    assertThat(blobs).isNotEmptyDirectory();
    assertThat(line(h2).run("verify", "--blobs", blobs).out()).contains("318 B checked");
    assertThat(line(h2).run("verify").err()).contains("blobsIn");
  }

  @Test
  void aFolderHasNoSchema() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("folder"));

    Line.Said said = line(folder.toString()).run("list", "--schema", "ml");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("is a folder", "database");
  }
}
