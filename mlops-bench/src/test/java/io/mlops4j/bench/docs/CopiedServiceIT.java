package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples that are meant as a start can be copied out of this project and built. */
@Thorough("another build")
class CopiedServiceIT {
  private static final Path SAMPLES = Path.of("../samples").toAbsolutePath().normalize();

  @TempDir Path temporary;

  @BeforeAll
  static void findMaven() throws Exception {
    OutsideMaven.assumeThere("a copy of the service");
  }

  /** Copies what git has, and makes the POM that stands alone that of the copy. */
  private Path copy(String sample) throws IOException {
    Path from = SAMPLES.resolve(sample);
    Path to = temporary.resolve("copy");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path name = from.relativize(file);
        if (!name.startsWith("target")) {
          Files.createDirectories(to.resolve(name).getParent());
          Files.copy(file, to.resolve(name));
        }
      }
    }
    Files.move(
        to.resolve("standalone-pom.xml"),
        to.resolve("pom.xml"),
        StandardCopyOption.REPLACE_EXISTING);
    return to;
  }

  @Test
  void aCopyOfTheServiceIsBuiltAndAnswers() throws Exception {
    Path project = copy("service");
    OutsideMaven.Said said =
        OutsideMaven.in(project, temporary.resolve("repository"))
            .run("-Dtest=RecordRoutesTest", "package");
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).contains("Tests run: ");
    assertThat(project.resolve("target/mlops4j-sample-service-1.0-SNAPSHOT.jar")).exists();
    assertThat(project.resolve("target/lib/mlops-runtime-" + OutsideMaven.VERSION + ".jar"))
        .exists();
  }

  /** As projects that were made by Spring Initializr have it. */
  @Test
  void aCopyWithSpringBootAsParentHasNoDependencyBelowItsUpperBound() throws Exception {
    OutsideMaven maven = OutsideMaven.in(copy("spring-boot"), temporary.resolve("repository"));
    String enforce =
        "org.apache.maven.plugins:maven-enforcer-plugin:"
            + OutsideMaven.plugin("maven-enforcer-plugin")
            + ":enforce";
    OutsideMaven.Said said = maven.run("-Drules=requireUpperBoundDeps", enforce);
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).contains("RequireUpperBoundDeps passed");
    OutsideMaven.Said without =
        maven.run("-Drules=requireUpperBoundDeps", "-Dcaffeine.version=3.2.4", enforce);
    assertThat(without.code()).as("the rule is checked: " + without.text()).isNotZero();
  }
}
