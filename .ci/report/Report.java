import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Prints the ten slowest test classes of a build, and one line for each reason to skip tests. Names
 * classes above the limit, and fails above three times the limit, which a busy machine does not
 * explain.
 *
 * <p>Arguments: the root of the repository, the start of the build, the limit in seconds (0: none).
 */
final class Report {
  private static final int NOISE = 3;

  /** One class in one run of a module's tests. */
  private record Run(String module, String name, double seconds, int tests) {}

  private final List<Run> runs = new ArrayList<>();
  private final Map<String, Integer> skipped = new TreeMap<>();
  private boolean on25;

  public static void main(String[] arguments) throws Exception {
    Report report = new Report();
    report.read(Path.of(arguments[0]), FileTime.from(Instant.parse(arguments[1])));
    report.print(Integer.parseInt(arguments[2]));
  }

  private void read(Path root, FileTime start) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return name.equals(".git") || name.equals("src") || name.equals("classes")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            // An older report is of an earlier build.
            if (name.startsWith("TEST-")
                && name.endsWith(".xml")
                && attributes.lastModifiedTime().compareTo(start) >= 0) {
              readFile(root.relativize(file));
            }
            return FileVisitResult.CONTINUE;
          }

          private void readFile(Path file) throws IOException {
            String text = file.toString().replace('\\', '/');
            String module = text.substring(0, text.indexOf("/target/"));
            on25 |= text.contains("/jdk25");
            try (InputStream in = Files.newInputStream(root.resolve(file))) {
              readSuite(module, XMLInputFactory.newFactory().createXMLStreamReader(in));
            } catch (XMLStreamException e) {
              throw new IOException("damaged report " + file, e);
            }
          }
        });
  }

  private void readSuite(String module, XMLStreamReader xml) throws XMLStreamException {
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.START_ELEMENT) {
        switch (xml.getLocalName()) {
          case "testsuite" ->
              runs.add(
                  new Run(
                      module,
                      xml.getAttributeValue(null, "name"),
                      Double.parseDouble(xml.getAttributeValue(null, "time").replace(",", "")),
                      Integer.parseInt(xml.getAttributeValue(null, "tests"))));
          case "skipped" -> {
            String message = xml.getAttributeValue(null, "message");
            String reason = message == null ? xml.getElementText() : message;
            reason = reason.lines().findFirst().orElse("no reason given");
            reason = reason.replaceFirst("^[a-zA-Z0-9.]*TestAbortedException: ", "");
            reason = reason.replaceFirst("^Assumption failed: ", "");
            if (!reason.matches(".*Java 2[12].*")) { // the other run of the test has that Java
              skipped.merge(reason, 1, Integer::sum);
            }
          }
          default -> {}
        }
      }
    }
  }

  private void print(int limit) {
    if (runs.isEmpty()) {
      return; // a build without tests
    }
    System.out.printf(
        "%d tests in %d classes took %.0f s in all. The slowest classes:%n",
        runs.stream().mapToInt(Run::tests).sum(),
        runs.size(),
        runs.stream().mapToDouble(Run::seconds).sum());
    runs.sort(Comparator.comparingDouble(Run::seconds).reversed());
    for (Run run : runs.subList(0, Math.min(10, runs.size()))) {
      System.out.printf("%6.1f s  %s, %s%n", run.seconds(), run.name(), run.module());
    }
    skipped.forEach((reason, tests) -> System.out.printf("skipped: %d x %s%n", tests, reason));
    if (!on25) {
      System.out.println(
          "skipped: a second run on Java 25 of the tests that depend on Java: found no JDK 25; apt-get"
              + " install openjdk-25-jdk-headless, or name its folder in JDK25_HOME");
    }
    List<Run> slow = runs.stream().filter(run -> limit > 0 && run.seconds() > limit).toList();
    for (Run run : slow) {
      System.out.printf(
          "%s took %.1f s, more than %d s (above %d s fails the build): try less, give it @Sized or"
              + " @Thorough (CONTRIBUTING.md)%n",
          run.name(), run.seconds(), limit, NOISE * limit);
    }
    if (slow.stream().anyMatch(run -> run.seconds() > NOISE * limit)) {
      System.exit(1);
    }
  }
}
