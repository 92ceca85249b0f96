import { LabIcon } from '@jupyterlab/ui-components';

import svgstr from '../style/icons/labpool.svg';
import resourcesStr from '../style/icons/resources.svg';

/** A pool of four workers, one of them busy. */
export const labpoolIcon = new LabIcon({ name: 'labpool:icon', svgstr });

/** Three discs in a stack: what is kept. */
export const resourcesIcon = new LabIcon({
  name: 'labpool:resources-icon',
  svgstr: resourcesStr
});
