package io.mlops4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The API is what docs/api says, and the Javadoc site has it. */
class ExportedSignaturesTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final String PACKAGE = "io.mlops4j.springboot";

  @Test
  void exportedSignaturesAreThoseOfTheCommittedList() throws Exception {
    Path list = ROOT.resolve("docs/api/mlops-spring-boot-starter.txt");
    List<String> found = new ArrayList<>(List.of("package " + PACKAGE));
    for (String name : classes()) {
      Class<?> type = Class.forName(PACKAGE + "." + name, false, getClass().getClassLoader());
      if (Modifier.isPublic(type.getModifiers())) {
        found.add("  " + (type.isInterface() ? "interface " : "class ") + name);
        Stream.concat(
                Arrays.stream(type.getDeclaredConstructors()),
                Arrays.stream(type.getDeclaredMethods()))
            .filter(member -> !member.isSynthetic() && Modifier.isPublic(member.getModifiers()))
            .map(Executable::toGenericString)
            .sorted()
            .forEach(member -> found.add("    " + member));
      }
    }
    found.add("");
    assertThat(found)
        .as(
            "%s: if the change is meant, write what was found there, and name it in CHANGELOG.md",
            list)
        .isEqualTo(Files.readAllLines(list));
  }

  private static List<String> classes() throws Exception {
    try (Stream<Path> files = Files.list(compiled().resolve(PACKAGE.replace('.', '/')))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class") && !file.startsWith("package-info"))
          .map(file -> file.substring(0, file.length() - ".class".length()))
          .sorted()
          .toList();
    }
  }

  private static Path compiled() throws URISyntaxException {
    return Path.of(
        DeploymentCustomizer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  @Test
  void theJavadocSiteHasTheStarter() throws Exception {
    assertThat(Files.readString(ROOT.resolve("docs/javadoc/pom.xml")))
        .contains("<classifier>javadoc</classifier>", "/site/spring-boot</outputDirectory>");
    assertThat(Files.readString(ROOT.resolve("docs/javadoc/overview.html")))
        .contains("spring-boot/index.html");
  }
}
