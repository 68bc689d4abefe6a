package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * No knots: classes that all depend on one another, by whatever way round, can only be understood together. A nested class
 * counts as the class that it is in. What a sealed type permits is no dependency here, for every sealed type knows its own.
 */
class ClassCyclesTest {
    private static final int MOST = 3;

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("-tests.jar"))
            .importPackages("dev.sluice.engine");

    @Test
    void noMoreThanThreeClassesOfTheEngineDependOnOneAnother() {
        assertThat(knots(CLASSES))
                .isNotEmpty()
                .allSatisfy(knot -> assertThat(knot).hasSizeLessThanOrEqualTo(MOST));
    }

    private static List<Set<String>> knots(JavaClasses classes) {
        Map<String, Set<String>> dependencies = new TreeMap<>();
        for (JavaClass type : classes) {
            Set<String> ofType = dependencies.computeIfAbsent(outermost(type), name -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                ofType.add(outermost(dependency.getTargetClass()));
            }
        }
        dependencies.values().forEach(targets -> targets.retainAll(dependencies.keySet()));
        return new StronglyConnected(dependencies).components();
    }

    private static String outermost(JavaClass type) {
        return type.getBaseComponentType().getName().split("\\$", 2)[0];
    }

    /** Tarjan's algorithm (1972): sets of nodes that each reach all others of their set. */
    private static final class StronglyConnected {
        private final Map<String, Set<String>> edges;
        private final Map<String, Integer> index = new HashMap<>();
        private final Deque<String> open = new ArrayDeque<>();
        private final List<Set<String>> components = new ArrayList<>();

        StronglyConnected(Map<String, Set<String>> edges) {
            this.edges = edges;
        }

        List<Set<String>> components() {
            for (String node : edges.keySet()) {
                if (!index.containsKey(node)) {
                    visit(node);
                }
            }
            return components;
        }

        private int visit(String node) {
            int own = index.size();
            index.put(node, own);
            open.push(node);
            int low = own;
            for (String next : edges.getOrDefault(node, Set.of())) {
                if (!index.containsKey(next)) {
                    low = Math.min(low, visit(next));
                } else if (open.contains(next)) {
                    low = Math.min(low, index.getOrDefault(next, own));
                }
            }
            if (low == own) {
                Set<String> component = new TreeSet<>();
                String member;
                do {
                    member = open.pop();
                    component.add(member);
                } while (!member.equals(node));
                components.add(component);
            }
            return low;
        }
    }
}
