package dev.eckart.cli;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/** The directions in which modules and packages depend on each other, as ARCHITECTURE.md draws them. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.eckart");

    @Test
    void should_see_all_modules() {
        assertThat(ALL.contain("dev.eckart.core.compress.Compressor")).isTrue();
        assertThat(ALL.contain("dev.eckart.onnx.OnnxNetwork")).isTrue();
        assertThat(ALL.contain("dev.eckart.models.Catalogue")).isTrue();
        assertThat(ALL.contain("dev.eckart.cli.Eckart")).isTrue();
    }

    /** Where a module's classes are: in its folder of classes, or in its jar. */
    private static DescribedPredicate<JavaClass> inModule(String name) {
        return DescribedPredicate.describe(
                "in module " + name,
                type -> type.getBaseComponentType()
                        .getSource()
                        .map(source -> source.getUri().toString().contains("/" + name + "/target/"))
                        .orElse(false));
    }

    @Test
    void what_plug_ins_are_compiled_against_should_see_itself_alone() {
        DescribedPredicate<JavaClass> inSpi = inModule("spi");
        assertThat(ALL.stream().filter(inSpi).map(JavaClass::getName))
                .contains(
                        "dev.eckart.core.rank.RankSelectorProvider",
                        "dev.eckart.core.encode.EncodingProvider",
                        "dev.eckart.core.metric.TaskMetricProvider",
                        "dev.eckart.core.stored.Stored",
                        "dev.eckart.core.linalg.Matrix");
        classes()
                .that(inSpi)
                .should()
                .onlyDependOnClassesThat(inSpi.or(resideInAnyPackage("java..", "org.jspecify..")))
                .check(ALL);
    }

    @Test
    void core_should_see_neither_the_format_nor_the_runtime_nor_the_command_line() {
        noClasses()
                .that()
                .resideInAPackage("dev.eckart.core..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.eckart.onnx..",
                        "dev.eckart.models..",
                        "dev.eckart.cli..",
                        "com.google.protobuf..",
                        "ai.onnxruntime..",
                        "picocli..",
                        "tools.jackson.."))
                .check(ALL);
    }

    @Test
    void adapter_should_not_see_what_is_above_it() {
        noClasses()
                .that()
                .resideInAPackage("dev.eckart.onnx..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("dev.eckart.models..", "dev.eckart.cli..", "picocli..", "tools.jackson.."))
                .check(ALL);
    }

    @Test
    void test_models_should_not_see_the_command_line() {
        noClasses()
                .that()
                .resideInAPackage("dev.eckart.models..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.eckart.cli..", "picocli..", "tools.jackson.."))
                .check(ALL);
    }

    @Test
    void command_line_should_leave_the_format_and_the_runtime_to_the_adapter() {
        noClasses()
                .that()
                .resideInAPackage("dev.eckart.cli..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("dev.eckart.onnx.proto..", "com.google.protobuf..", "ai.onnxruntime.."))
                .check(ALL);
    }

    @Test
    void command_line_should_not_see_matrices_but_to_decompose_and_draw_one() {
        noClasses()
                .that()
                .resideInAPackage("dev.eckart.cli..")
                .and()
                .resideOutsideOfPackage("dev.eckart.cli.plot..")
                .and()
                .doNotHaveSimpleName("SvdCommand")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.eckart.core.linalg.Matrix")
                .check(ALL);
    }

    @Test
    void only_linalg_should_see_the_linear_algebra_libraries() {
        noClasses()
                .that(resideOutsideOfPackages("dev.eckart.core.linalg.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.ejml..", "org.bytedeco..")
                .check(ALL);
    }

    @Test
    void packages_should_have_no_cycles() {
        slices().matching("dev.eckart.core.(*)..").should().beFreeOfCycles().check(ALL);
        slices().matching("dev.eckart.onnx.(*)..").should().beFreeOfCycles().check(ALL);
        slices().matching("dev.eckart.cli.(*)..").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void only_policies_should_see_the_yaml_library() {
        noClasses()
                .that(resideOutsideOfPackages("dev.eckart.cli.policy.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.snakeyaml..")
                .check(ALL);
    }

    @Test
    void only_texts_should_see_the_tokenizers_library() {
        noClasses()
                .that(resideOutsideOfPackages("dev.eckart.cli.text.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..")
                .check(ALL);
    }

    @Test
    void libraries_should_print_nothing_and_read_no_environment() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.eckart.core..", "dev.eckart.onnx..")
                .and()
                // Where ONNX Runtime's binding unpacks its libraries is the JVM's to say.
                .doNotHaveFullyQualifiedName("dev.eckart.onnx.run.UnpackedLibraries")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(ALL);
    }

    @Test
    void only_the_console_and_its_bars_should_print() {
        noClasses()
                .that()
                .resideInAPackage("dev.eckart.cli..")
                .and()
                .doNotHaveSimpleName("Console")
                .and()
                .doNotHaveSimpleName("ProgressBars")
                .should()
                .callMethodWhere(target(owner(assignableTo(PrintStream.class)))
                        .and(target(nameMatching("print.*|append|write.*"))))
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(ALL);
    }

    @Test
    void static_fields_should_be_final() {
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage("dev.eckart.onnx.proto..")
                .should()
                .beFinal()
                .check(ALL);
    }

    @Test
    void names_should_say_what_a_class_is_about() {
        classes()
                .that()
                .resideOutsideOfPackage("dev.eckart.onnx.proto..")
                .should()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotStartingWith("Abstract")
                .check(ALL);
    }
}
