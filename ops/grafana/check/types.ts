// What each part of a dashboard's JSON has to be, by Grafana's own types.
import type * as schema from '@grafana/schema';
import type * as heatmap from '@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts';
import type * as stat from '@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts';
import type * as table from '@grafana/schema/dist/types/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts';
import type * as timeseries from '@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts';
import type * as raw from '@grafana/schema/dist/types/raw/dashboard/x/dashboard_types.gen.d.ts';

/** A type as JSON has it: the words of an enum, and not its members. */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends Array<infer U>
    ? Array<Plain<U>>
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

/** What each kind of panel has of its own. */
interface Kinds {
  heatmap: { options: heatmap.Options; custom: heatmap.FieldConfig };
  stat: { options: stat.Options; custom: Record<string, never> };
  table: { options: table.Options; custom: table.FieldConfig };
  timeseries: { options: timeseries.Options; custom: timeseries.FieldConfig };
}

/** A query to Prometheus, as its editor writes it: the schema's package has none. */
interface PrometheusQuery {
  datasource: { type: 'prometheus'; uid: string };
  editorMode: 'code' | 'builder';
  exemplar: boolean;
  expr: string;
  format: 'time_series' | 'table' | 'heatmap';
  instant: boolean;
  legendFormat: string;
  range: boolean;
  refId: string;
}

/** A link of a field; the schema leaves it open. */
interface DataLink {
  title: string;
  url: string;
  targetBlank: boolean;
}

/** What Prometheus adds to the query of an annotation. */
interface PrometheusAnnotation {
  expr: string;
  step: string;
  tagKeys: string;
  textFormat: string;
  titleFormat: string;
  useValueForTime: boolean;
}

type Field<Custom> = Omit<raw.FieldConfig, 'custom' | 'links'> & { custom: Custom; links: DataLink[] };
type Own = 'type' | 'options' | 'fieldConfig' | 'targets';

/** A panel of a kind. */
export type PanelOf<K extends keyof Kinds> = Plain<
  Omit<raw.Panel, Own> & {
    type: K;
    options: Kinds[K]['options'];
    fieldConfig: { defaults: Field<Kinds[K]['custom']>; overrides: raw.FieldConfigSource['overrides'] };
    targets: PrometheusQuery[];
  }
>;

/** The title of a row. */
export type Row = Plain<raw.RowPanel>;

/** All but the panels. */
export type Board = Plain<
  Omit<raw.Dashboard, 'panels' | 'annotations'> & {
    annotations: { list: Array<raw.AnnotationQuery & PrometheusAnnotation> };
  }
>;

/** Named, so that the root of the package is resolved: its types are what the others stand on. */
export type Legend = schema.VizLegendOptions;
