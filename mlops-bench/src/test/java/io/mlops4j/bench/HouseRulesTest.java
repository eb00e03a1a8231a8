package io.mlops4j.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.channels.FileLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms, checked where all of them are on one class path. */
class HouseRulesTest {

  private static final String RUNTIME = "io.mlops4j.runtime..";
  private static final String MONITOR = "io.mlops4j.monitor..";
  private static final String BENCH = "io.mlops4j.bench..";

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.mlops4j");

  private static final String JDBC = "io.mlops4j.runtime.registry.jdbc";
  private static final String DUCKDB = "io.mlops4j.runtime.internal.duckdb";
  private static final String VIEW = "io.mlops4j.runtime.view";
  private static final String READERS = "io.mlops4j.runtime.feature..";

  /** The command line opens a database by its address. */
  private static final String SHELL = "io.mlops4j.runtime.cli.shell";

  private static final String FRONT_DOOR = "io.mlops4j.runtime";

  private static final DescribedPredicate<JavaClass> LIBRARY =
      resideInAnyPackage("io.mlops4j..").and(DescribedPredicate.not(resideInAnyPackage(BENCH)));

  private static final DescribedPredicate<JavaClass> API =
      LIBRARY.and(DescribedPredicate.not(resideInAnyPackage(RUNTIME, MONITOR)));

  @Test
  void apiSeesNeitherRuntimeNorMonitor() {
    check(
        noClasses().that(API).should().dependOnClassesThat().resideInAnyPackage(RUNTIME, MONITOR));
  }

  @Test
  void runtimeAndMonitorNeverSeeEachOther() {
    check(noClasses().that().resideInAPackage(RUNTIME).should().dependOnClassesThat(in(MONITOR)));
    check(noClasses().that().resideInAPackage(MONITOR).should().dependOnClassesThat(in(RUNTIME)));
  }

  @Test
  void libraryNeverSeesTheWorkshop() {
    check(noClasses().that(LIBRARY).should().dependOnClassesThat(in(BENCH)));
  }

  @Test
  void packagesAreFreeOfCycles() {
    check(slices().matching("io.mlops4j.(**)").should().beFreeOfCycles());
  }

  @Test
  void innerRoomsNeverImportTheFrontDoor() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.mlops4j.runtime.(*)..")
            .and()
            .resideOutsideOfPackage("io.mlops4j.runtime.cli..") // a door of its own
            .should()
            .dependOnClassesThat(in("io.mlops4j.runtime")));
  }

  @Test
  void onlyAnApplicationRendersReports() {
    check(
        noClasses()
            .that()
            .resideInAPackage(MONITOR)
            .and()
            .resideOutsideOfPackage("io.mlops4j.monitor.report..")
            .should()
            .dependOnClassesThat(in("io.mlops4j.monitor.report")));
  }

  /** Each stage knows only the next one; a finding is what watches tell and incidents take. */
  @Test
  void aRowGoesOneWayThroughALiveMonitor() {
    checkStage("intake");
    checkStage("window", "watch");
    checkStage("watch", "finding");
    checkStage("finding");
    checkStage("incident", "finding", "alarm");
    checkStage("alarm");
  }

  /**
   * All stages may use the rows and the state; as these have no cycle with them, they know none.
   */
  private static void checkStage(String stage, String... next) {
    String live = "io.mlops4j.monitor.live";
    String[] known =
        Stream.concat(Stream.of(stage, "rows", "state"), Stream.of(next))
            .map(one -> live + "." + one + "..")
            .toArray(String[]::new);
    check(
        noClasses()
            .that(in(live + "." + stage + ".."))
            .should()
            .dependOnClassesThat(in(live + "..").and(DescribedPredicate.not(in(known)))));
  }

  @Test
  void vendorTypesStayInTheirOnePackage() {
    checkOnlyUser("ai.onnxruntime..", "io.mlops4j.runtime.onnx..");
    checkOnlyUser("com.github.benmanes.caffeine..", "io.mlops4j.runtime.serving..", VIEW);
    checkOnlyUser("ai.onnx.proto..", "io.mlops4j.runtime.onnx..");
    checkOnlyUser(
        "com.google.protobuf..",
        "io.mlops4j.runtime.onnx..",
        "io.mlops4j.runtime.tensorflow..",
        "io.mlops4j.runtime.internal.protobuf..");
    checkOnlyUser("org.tensorflow..", "io.mlops4j.runtime.tensorflow..");
    checkOnlyUser("org.bytedeco..", "io.mlops4j.runtime.tensorflow..");
    checkOnlyUser("org.snakeyaml..", "io.mlops4j.runtime.exchange..");
    checkOnlyUser("picocli..", "io.mlops4j.runtime.cli..");
    checkOnlyUser("io.micrometer..", "io.mlops4j.monitor.metrics..");
    checkOnlyUser("org.apache.commons.numbers..", "io.mlops4j.monitor.distribution");
    checkOnlyUser("org.duckdb..", DUCKDB);
    checkOnlyUser("java.sql..", "io.mlops4j.runtime.registry", JDBC, DUCKDB, VIEW, READERS, SHELL);
    checkOnlyUser(
        "javax.sql..", "io.mlops4j.runtime.registry", JDBC, VIEW, READERS, FRONT_DOOR, SHELL);
  }

  /**
   * A lock that a network file system grants to everybody would be no lock: records and versions
   * never depend on one.
   */
  @Test
  void onlyModelLocksUseFileLocks() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.mlops4j.runtime.registry..")
            .and()
            .doNotHaveSimpleName("ModelLocks")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(FileLock.class));
  }

  @Test
  void libraryNeverPrints() {
    check(noClasses().that(LIBRARY).should(ACCESS_STANDARD_STREAMS));
  }

  @Test
  void libraryNeverUsesJavaSerialisation() {
    check(
        noClasses()
            .that(LIBRARY)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(
                ObjectInputStream.class, ObjectOutputStream.class, Externalizable.class));
  }

  private static void checkOnlyUser(String vendor, String... users) {
    check(
        noClasses()
            .that(LIBRARY.and(DescribedPredicate.not(resideInAnyPackage(users))))
            .should()
            .dependOnClassesThat(in(vendor)));
  }

  private static DescribedPredicate<JavaClass> in(String... packages) {
    return resideInAnyPackage(packages);
  }

  /** A room that is still empty breaks no rule. */
  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(HOUSE);
  }
}
