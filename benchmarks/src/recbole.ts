/** What a Python needs to run the peers that use RecBole (`peers/recbole_common.py`). */
export const RECBOLE = [
  'recbole==1.2.1',
  'torch==2.15.0',
  'numpy==2.4.6',
  'pandas==3.1.1',
  'scipy==1.17.1',
  'setuptools==79.0.1',
];
